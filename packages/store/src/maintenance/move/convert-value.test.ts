import { describe, expect, it } from '@jest/globals';
import { convertValue, type SourceValue } from './convert-value.ts';
import type { MoveColumn } from './move-column.ts';

function column(fields: Partial<MoveColumn>): MoveColumn {
  return {
    name: 'x',
    kind: 'text',
    isNullable: true,
    maxCharacters: undefined,
    maxBytes: undefined,
    isAscii: false,
    takesNul: true,
    isPadded: false,
    ...fields,
  };
}

describe('convertValue', () => {
  it.each<[Partial<MoveColumn>, SourceValue, unknown]>([
    [{ kind: 'integer' }, 9_223_372_036_854_775_807n, '9223372036854775807'],
    [{ kind: 'integer' }, -250n, '-250'],
    [{ kind: 'integer' }, 3, '3'],
    [{ kind: 'unsigned' }, 0n, '0'],
    [{ kind: 'boolean' }, 1n, true],
    [{ kind: 'boolean' }, 'false', false],
    [{ kind: 'float' }, 1.25, 1.25],
    [{ kind: 'float' }, 7n, 7],
    [{ kind: 'float' }, -0, 0],
    [{}, '倍率 😀\0', '倍率 😀\0'],
    [{}, 12n, '12'],
    [{ maxCharacters: 2, maxBytes: 8 }, '😀😀', '😀😀'],
    [{ isPadded: true, maxCharacters: 3 }, 'abc  ', 'abc'],
    [{ isAscii: true }, '018f-', '018f-'],
    [{}, null, null],
  ])('into %j %p goes as %p', (fields, value, cell) => {
    expect(convertValue(value, column(fields))).toEqual({ cell });
  });

  it.each<[Partial<MoveColumn>, SourceValue, string]>([
    [{ isNullable: false }, null, 'has no value (NULL)'],
    [{}, Buffer.from('x'), 'holds binary data'],
    [{ kind: 'integer' }, 'twelve', 'holds text where an integer belongs'],
    [{ kind: 'integer' }, 1.5, 'holds a number that is no integer'],
    [{ kind: 'integer' }, 1e300, 'holds a number that is no integer'],
    [{ kind: 'unsigned' }, -1n, 'holds an integer outside 0 to 18446744073709551615'],
    [{ kind: 'boolean' }, 2n, 'holds neither true nor false'],
    [{ kind: 'float' }, Infinity, 'holds something that is no finite number'],
    [{ kind: 'float' }, 'much', 'holds something that is no finite number'],
    [{ takesNul: false }, 'a\0b', 'holds a NUL character, which this database cannot store'],
    [{ isAscii: true }, 'é', 'holds characters that are not ASCII'],
    [{ maxCharacters: 2 }, '😀😀a', 'is 3 characters long; 2 fit'],
    [{ maxBytes: 5 }, '你好', 'is 6 bytes long; 5 fit'],
  ])('into %j %p does not fit, and it says why', (fields, value, problem) => {
    expect(convertValue(value, column(fields))).toEqual({ problem });
  });
});
