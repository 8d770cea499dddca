import { describe, expect, it } from '@jest/globals';
import { editMembers, type MemberEdits } from './edit-members.ts';

function edits(changes: Partial<MemberEdits>): MemberEdits {
  return { deletes: [], sets: new Map(), defaults: new Map(), nested: new Map(), ...changes };
}

function edit(text: string, changes: MemberEdits, namesOf?: (name: string) => readonly string[]) {
  const { body, dropped } = editMembers(Buffer.from(text), changes, namesOf);
  return [body.toString('utf8'), dropped];
}

const effort = edits({ defaults: new Map([['effort', '"low"']]) });

describe('editMembers', () => {
  it('keeps the bytes of what it does not name, and writes values as they are spelt', () => {
    const changes = edits({ sets: new Map([['top_p', '1.0']]), deletes: ['seed'] });
    expect(edit('{ "big":12345678901234567890,"seed" : 1,"10":1.50}', changes)).toEqual([
      '{ "big":12345678901234567890,"10":1.50,"top_p":1.0}',
      ['seed'],
    ]);
  });

  it('gives back the very body where nothing changes', () => {
    const body = Buffer.from('{"reasoning":{"effort":"high"},"a":1}');
    const changes = edits({
      deletes: ['seed'],
      defaults: new Map([['a', '2']]),
      nested: new Map([['reasoning', effort]]),
    });
    expect(editMembers(body, changes)).toEqual({ body, dropped: [] });
    expect(editMembers(body, changes).body).toBe(body);
  });

  it.each([
    [
      'into an object',
      '{"reasoning":{"summary":"auto"}}',
      '{"reasoning":{"summary":"auto","effort":"low"}}',
    ],
    ['into nothing', '{}', '{"reasoning":{"effort":"low"}}'],
    ['not over a value of another kind', '{"reasoning":"auto"}', '{"reasoning":"auto"}'],
  ])('writes a default %s', (_title, before, after) => {
    expect(edit(before, edits({ nested: new Map([['reasoning', effort]]) }))[0]).toBe(after);
  });

  it('makes the object that something is set in, whatever was there', () => {
    const inner = edits({ sets: new Map([['effort', '"low"']]) });
    const changes = edits({ nested: new Map([['reasoning', inner]]) });
    expect(edit('{"reasoning":"auto"}', changes)[0]).toBe('{"reasoning":{"effort":"low"}}');
  });

  it('makes no object to delete from', () => {
    const inner = edits({ deletes: ['user_id'] });
    const changes = edits({ nested: new Map([['metadata', inner]]) });
    expect(edit('{"a":1}', changes)).toEqual(['{"a":1}', []]);
    expect(edit('{"metadata":{"user_id":"u","k":1}}', changes)).toEqual([
      '{"metadata":{"k":1}}',
      ['metadata.user_id'],
    ]);
  });

  it('finds a member under each of its names, and keeps the one it has', () => {
    const inner = edits({ sets: new Map([['topK', '5']]), deletes: ['seed'] });
    const changes = edits({ nested: new Map([['generationConfig', inner]]) });
    const namesOf = (name: string): readonly string[] => [
      name,
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    ];
    expect(edit('{"generation_config":{"top_k":1}}', changes, namesOf)[0]).toBe(
      '{"generation_config":{"top_k":5}}',
    );
  });

  it('deletes every duplicate, however it is spelt', () => {
    const changes = edits({ deletes: ['user'] });
    expect(edit('{"user":"a","x":1,"us\\u0065r":"b"}', changes)).toEqual(['{"x":1}', ['user']]);
  });

  it('takes names of what every object has for names', () => {
    const changes = edits({ sets: new Map([['__proto__', '{"polluted":true}']]) });
    expect(edit('{}', changes)[0]).toBe('{"__proto__":{"polluted":true}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});
