import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { probeJson } from './json-probe.ts';
import { spliceJson, type SpliceEdit } from './splice-json.ts';

function splice(text: string, ...edits: SpliceEdit[]): string {
  const { slices, byteLength } = spliceJson(probeJson(Buffer.from(text)), edits);
  const body = Buffer.concat(slices);
  expect(body.length).toBe(byteLength);
  return body.toString('utf8');
}

const set = (key: string, json: string): SpliceEdit => ({ op: 'set', key, json });
const del = (key: string): SpliceEdit => ({ op: 'delete', key });

describe('spliceJson', () => {
  it.each<[string, string, SpliceEdit[], string]>([
    ['replaces a value', '{ "a" : 1 , "b":2}', [set('a', '"x"')], '{ "a" : "x" , "b":2}'],
    ['appends a member', '{"a":1 }', [set('b', '2')], '{"a":1,"b":2 }'],
    ['appends to an empty object', '{ }', [set('b', '2')], '{"b":2 }'],
    ['deletes the first', '{"a":1, "b":2}', [del('a')], '{"b":2}'],
    ['deletes one in the middle', '{"a":1,"b":2,"c":3}', [del('b')], '{"a":1,"c":3}'],
    ['deletes the last', '{"a":1 , "b":2 }', [del('b')], '{"a":1 }'],
    ['deletes the only one', '{ "a":1 }', [del('a')], '{  }'],
    ['deletes a run at the end', '{"a":1,"b":2,"c":3}', [del('b'), del('c')], '{"a":1}'],
    ['deletes all and adds one', '{"a":1,"b":2}', [del('a'), del('b'), set('c', '3')], '{"c":3}'],
    ['deletes what is not there', '{"a":1}', [del('x')], '{"a":1}'],
    ['deletes the last and adds one', '{"a":1,"b":2}', [del('b'), set('c', '3')], '{"a":1,"c":3}'],
    ['leaves a default alone', '{"a":1}', [{ op: 'default', key: 'a', json: '2' }], '{"a":1}'],
    ['adds a default', '{}', [{ op: 'default', key: 'a', json: '2' }], '{"a":2}'],
    ['prepends', '{"m":[ 1]}', [{ op: 'array_prepend', key: 'm', json: '0' }], '{"m":[0, 1]}'],
    ['appends', '{"m":[1 ]}', [{ op: 'array_append', key: 'm', json: '2' }], '{"m":[1 ,2]}'],
    [
      'prepends to nothing',
      '{"m":[ ]}',
      [{ op: 'array_prepend', key: 'm', json: '0' }],
      '{"m":[0 ]}',
    ],
    ['appends to nothing', '{"m":[]}', [{ op: 'array_append', key: 'm', json: '0' }], '{"m":[0]}'],
    ['makes a list', '{}', [{ op: 'array_append', key: 'm', json: '0' }], '{"m":[0]}'],
    [
      'prepends and appends to nothing',
      '{"m":[]}',
      [
        { op: 'array_append', key: 'm', json: '2' },
        { op: 'array_prepend', key: 'm', json: '1' },
      ],
      '{"m":[1,2]}',
    ],
    ['renames', '{"a":1.0}', [{ op: 'rename', key: 'a', to: 'b' }], '{"b":1.0}'],
    ['renames nothing', '{"b":1}', [{ op: 'rename', key: 'a', to: 'b' }], '{"b":1}'],
    ['lets the new name win', '{"a":1,"b":2}', [{ op: 'rename', key: 'a', to: 'b' }], '{"b":2}'],
    [
      'renames what it sets',
      '{"a":1}',
      [set('a', '5'), { op: 'rename', key: 'a', to: 'b' }],
      '{"b":5}',
    ],
    [
      'sets what it renamed',
      '{"a":1}',
      [{ op: 'rename', key: 'a', to: 'b' }, set('b', '5')],
      '{"b":5}',
    ],
    [
      'keeps the last of duplicates',
      '{"a":1,"b":0,"\\u0061":2}',
      [{ op: 'keep_last', key: 'a' }],
      '{"b":0,"\\u0061":2}',
    ],
    [
      'edits the last of duplicates and drops the others',
      '{"a":1,"a":2,"a":3}',
      [set('a', '9')],
      '{"a":9}',
    ],
    ['deletes all duplicates', '{"a":1,"b":0,"a":2}', [del('a')], '{"b":0}'],
    ['sets what it deleted', '{"a":1}', [del('a'), set('a', '2')], '{"a":2}'],
  ])('%s', (_title, text, edits, expected) => {
    expect(splice(text, ...edits)).toBe(expected);
    expect(() => JSON.parse(splice(text, ...edits)) as unknown).not.toThrow();
  });

  it('refuses to add an element to something else than a list', () => {
    expect(() => splice('{"m":"x"}', { op: 'array_prepend', key: 'm', json: '0' })).toThrow(
      "'m' must be a list",
    );
  });

  it('leaves every byte that is not edited, and copies none of them', () => {
    const text =
      '{\n\t"z":1.0,"10":1,"2":12345678901234567890,"d":{"k":1,"k":2},"e":"\\u00e9\\/é","model" :"a"}';
    const body = Buffer.alloc(Buffer.byteLength(text), text); // not from the shared pool
    const { slices } = spliceJson(probeJson(body), [set('model', '"b"')]);

    expect(Buffer.concat(slices).toString()).toBe(text.replace('"a"', '"b"'));
    const kept = slices.filter((slice) => slice.buffer === body.buffer);
    expect(kept.reduce((sum, slice) => sum + slice.length, 0)).toBe(body.length - 3);
  });

  it('returns the body itself where nothing is edited', () => {
    const body = Buffer.from('{"a":1}');

    expect(spliceJson(probeJson(body), []).slices[0]).toBe(body);
  });

  it('does to any object what an editor of parsed objects would do', () => {
    const key = fc.constantFrom('a', 'b', 'c', 'd');
    const json = fc.constantFrom('1', '"x"', '[]', '{"k":[1]}');
    const edit = fc.oneof(
      fc.record({ op: fc.constantFrom('set' as const, 'default' as const), key, json }),
      fc.record({ op: fc.constantFrom('delete' as const, 'keep_last' as const), key }),
      fc.record({ op: fc.constant('rename' as const), key, to: key }),
    );
    const members = fc.array(fc.tuple(key, fc.constantFrom('0', ' [1] ', '"y"')), { maxLength: 8 });
    fc.assert(
      fc.property(members, fc.array(edit, { maxLength: 6 }), (pairs, edits) => {
        const text = `{ ${pairs.map(([k, v]) => `"${k}" : ${v}`).join(' , ')} }`;
        const expected = new Map(Object.entries(JSON.parse(text) as object));
        for (const one of edits) applyToMap(expected, one);

        const result = splice(text, ...edits);

        expect(JSON.parse(result)).toEqual(Object.fromEntries(expected));
      }),
      { numRuns: 500 },
    );
  });
});

function applyToMap(map: Map<string, unknown>, edit: SpliceEdit): void {
  if (edit.op === 'set') map.set(edit.key, JSON.parse(edit.json));
  if (edit.op === 'default' && !map.has(edit.key)) map.set(edit.key, JSON.parse(edit.json));
  if (edit.op === 'delete') map.delete(edit.key);
  if (edit.op === 'rename' && map.has(edit.key) && edit.key !== edit.to) {
    if (!map.has(edit.to)) map.set(edit.to, map.get(edit.key));
    map.delete(edit.key);
  }
}
