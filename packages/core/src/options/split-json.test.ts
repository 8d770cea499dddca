import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitJson, splitMember } from './split-json.ts';

describe('splitJson', () => {
  it.each<[string, readonly string[]]>([
    ['[]', []],
    [' { } ', []],
    ['[1.0, [2,3],"a,]\\"}"]', ['1.0', ' [2,3]', '"a,]\\"}"']],
    ['{"a":{"b":[1,2]} , "c\\u0022:" : 1e3}', ['"a":{"b":[1,2]} ', ' "c\\u0022:" : 1e3']],
  ])('takes %s apart', (text, items) => {
    expect(splitJson(text)).toEqual(items);
  });

  it('tells names and values of members, and finds every one of any object', () => {
    expect(splitMember(' "c\\u0022:" : 1e3')).toEqual({ name: 'c":', json: '1e3' });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(0, 2),
        (object, space) => {
          const members = splitJson(JSON.stringify(object, null, space)).map(splitMember);
          const read = members.map(({ name, json }) => [name, JSON.parse(json) as unknown]);
          expect(read).toEqual(Object.entries(JSON.parse(JSON.stringify(object)) as object));
        },
      ),
    );
  });
});
