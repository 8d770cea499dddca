import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPriceJson } from './price-json.ts';

describe('readPriceJson', () => {
  it('reads numbers by name', () => {
    expect(readPriceJson(' { "a" : 1.5,\n"b\\u0041" : 2e-3 } ', false)).toEqual({
      entries: [
        { name: 'a', value: 1.5 },
        { name: 'bA', value: 0.002 },
      ],
    });
    expect(readPriceJson('{}', false)).toEqual({ entries: [] });
  });

  it('reads numbers by size where parts are allowed', () => {
    expect(readPriceJson('{"d":{"1x1":1,"*":2},"e":3}', true)).toEqual({
      entries: [
        { name: 'd', part: '1x1', value: 1 },
        { name: 'd', part: '*', value: 2 },
        { name: 'e', value: 3 },
      ],
    });
  });

  it.each([
    ['', 'expected an object, {"name": number, …} (at the end of the text, line 1, column 1)'],
    ['[1]', 'expected an object, {"name": number, …} (line 1, column 1)'],
    ['{"a":1', 'expected "," or "}" (at the end of the text, line 1, column 7)'],
    ['{"a":1,\n "b" 2}', 'expected ":" after "b" (line 2, column 6)'],
    ['{"a":1,}', 'expected a name in double quotes (line 1, column 8)'],
    ["{'a':1}", 'expected a name in double quotes (line 1, column 2)'],
    ['{"a":"1"}', 'the value of "a" is no number (line 1, column 6)'],
    ['{"a":null}', 'the value of "a" is no number (line 1, column 6)'],
    ['{"a":{"b":1}}', 'the value of "a" is no number (line 1, column 6)'],
    ['{"a":1x}', 'the value of "a" is not valid JSON (line 1, column 6)'],
    ['{"a":01}', 'the value of "a" is not valid JSON (line 1, column 6)'],
    ['{"a":NaN}', 'the value of "a" is not valid JSON (line 1, column 6)'],
    ['{"a":1,"a":2}', 'the name "a" stands twice (line 1, column 11)'],
    ['{" ":1}', 'a name is empty (line 1, column 5)'],
    ['{"a":1} x', 'unexpected text after the end of the object (line 1, column 9)'],
  ])('refuses %p and says where', (text, problem) => {
    expect(readPriceJson(text, false)).toEqual({ problem });
  });

  it('reads whatever JSON.stringify writes of a table', () => {
    const price = fc.double({ min: 0, max: 1e6, noNaN: true });
    const name = fc.string({ unit: 'binary' }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(fc.dictionary(name, price), (table) => {
        const read = readPriceJson(JSON.stringify(table, undefined, 2), false);
        const entries = Object.entries(JSON.parse(JSON.stringify(table)) as object);
        expect(read).toEqual({
          entries: entries.map(([key, value]) => ({ name: key, value: value as number })),
        });
      }),
    );
  });
});
