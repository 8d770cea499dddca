import { describe, expect, it } from '@jest/globals';
import { createItemId, probeJson } from '@turnpike/adaptors';
import { capsuleMark, type ResponseStore, type StoredResponse } from '@turnpike/core';
import { gatherHistory, readInputItems, resolveReferences } from './gather-history.ts';

function makeStored(id: string, more: Partial<StoredResponse> = {}): StoredResponse {
  return {
    id,
    userId: 1,
    createdAt: 0,
    channelId: 3,
    isKeptUpstream: false,
    input: JSON.stringify([{ role: 'user', content: `to ${id}` }]),
    response: JSON.stringify({
      id,
      output: [{ type: 'message', id: `msg_${id}`, role: 'assistant', content: [] }],
    }),
    ...more,
  };
}

function openStore(...responses: readonly StoredResponse[]): ResponseStore {
  return {
    isOpen: true,
    put: () => Promise.resolve(true),
    find: (userId, id) =>
      Promise.resolve(responses.find((one) => one.id === id && one.userId === userId)),
    remove: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
}

describe('gatherHistory', () => {
  it('puts a conversation together, oldest first, without ids of others', async () => {
    const last = makeStored('c', { previousId: 'b' });
    const store = openStore(makeStored('a'), makeStored('b', { previousId: 'a' }), last);
    expect(await gatherHistory(store, last)).toEqual(
      ['a', 'b', 'c'].flatMap((id) => [
        { role: 'user', content: `to ${id}` },
        { type: 'message', role: 'assistant', content: [] },
      ]),
    );
  });

  it('keeps thoughts that are sealed, and only these', async () => {
    const thought = (state: string): object => ({
      type: 'reasoning',
      id: 'rs_1',
      summary: [],
      encrypted_content: state,
    });
    const sealed = `${capsuleMark}x`;
    const response = JSON.stringify({ output: [thought('gAAA'), thought(sealed)] });
    const last = makeStored('a', { input: '[]', response });
    expect(await gatherHistory(openStore(last), last)).toEqual([
      { type: 'reasoning', summary: [], encrypted_content: sealed },
    ]);
  });

  it('does not pass the half of a conversation that a vendor keeps off as the whole', async () => {
    const response = JSON.stringify({ output: [], conversation: { id: 'conv_1' } });
    const last = makeStored('b', { previousId: 'a' });
    const store = openStore(makeStored('a', { response }), last);
    await expect(gatherHistory(store, last)).rejects.toMatchObject({
      code: 'previous_response_not_found',
      details: { id: 'a' },
    });
  });

  it('says which part is gone', async () => {
    const last = makeStored('c', { previousId: 'b' });
    await expect(gatherHistory(openStore(last), last)).rejects.toMatchObject({
      code: 'previous_response_not_found',
      message: expect.stringContaining("'b'"),
    });
  });

  it('does not go round in circles', async () => {
    const last = makeStored('a', { previousId: 'a' });
    await expect(gatherHistory(openStore(last), last)).rejects.toMatchObject({
      code: 'previous_response_not_found',
    });
  });
});

describe('resolveReferences', () => {
  const itemId = createItemId('request-1', 'msg', 0);
  const responseId = `resp_${itemId.slice('msg_'.length, -4)}`;
  const item = { type: 'message', id: itemId, role: 'assistant', content: 'Hi' };
  const stored = makeStored(responseId, { response: JSON.stringify({ output: [item] }) });
  const reference = { type: 'item_reference', id: itemId };

  it('puts the item in the place of its name', async () => {
    expect(await resolveReferences(openStore(stored), 1, [{ a: 1 }, reference])).toEqual([
      { a: 1 },
      { type: 'message', role: 'assistant', content: 'Hi' },
    ]);
  });

  it.each([
    ['another user', 2, [reference]],
    ['a name that is not ours', 1, [{ type: 'item_reference', id: 'msg_abc' }]],
    ['no names at all', 1, [{ role: 'user', content: 'x' }]],
  ])('changes nothing for %s', async (_title, userId, items) => {
    expect(await resolveReferences(openStore(stored), userId, items)).toBe(items);
  });
});

describe('readInputItems', () => {
  it.each([
    ['"Hi"', [{ type: 'message', role: 'user', content: 'Hi' }]],
    ['[{"a":1},2]', [{ a: 1 }]],
    ['7', []],
  ])('reads %s', (input, expected) => {
    expect(readInputItems(probeJson(Buffer.from(`{"input":${input}}`)))).toEqual(expected);
  });
});
