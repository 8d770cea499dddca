import { describe, expect, it } from '@jest/globals';
import { toIntegerArray, unnestRows } from './postgres-arrays.ts';

describe('rows as arrays', () => {
  it('are one parameter for each column, typed by what is in it', () => {
    expect(
      unnestRows([
        { id: 1, name: 'a"b\\c', isOn: true, none: null },
        { id: null, name: null, isOn: false, none: undefined },
        { id: 5e14, name: '{NULL}', isOn: null, none: null },
      ]),
    ).toEqual({
      columns: '"id", "name", "isOn", "none"',
      from: 'unnest(?::bigint[], ?::text[], ?::boolean[], ?::bigint[])',
      bindings: [
        '{1,NULL,500000000000000}',
        '{"a\\"b\\\\c",NULL,"{NULL}"}',
        '{true,false,NULL}',
        '{NULL,NULL,NULL}',
      ],
    });
  });

  it('refuse what is no integer, and texts among numbers', () => {
    expect(() => toIntegerArray([1.5])).toThrow(RangeError);
    expect(() => unnestRows([{ id: 1 }, { id: '2' }])).toThrow(RangeError);
    expect(() => unnestRows([{ id: '1' }, { id: 2 }])).toThrow(TypeError);
  });
});
