import { describe, expect, it } from '@jest/globals';
import { probeJson, readJsonRequest } from '@turnpike/adaptors';
import { conversationKeyOf } from './conversation-key.ts';
import type { InboundRequest } from './inbound-request.ts';

function keyOf(body: object, headers = {}, userId = 1): ReturnType<typeof conversationKeyOf> {
  const probe = probeJson(Buffer.from(JSON.stringify({ model: 'm', ...body })));
  const inbound = {
    family: 'openai-chat',
    headers,
    facts: readJsonRequest('chat', probe),
    body: { kind: 'json', probe },
  } as unknown as InboundRequest;
  return conversationKeyOf(userId, inbound);
}

const system = { role: 'system', content: 'Be "brief" {' };
const first = { role: 'user', content: 'Hello \\" {[' };
const answer = { role: 'assistant', content: 'Hi' };

describe('the key of a conversation', () => {
  it('is the same for each of its turns, and is known from the second on', () => {
    const one = keyOf({ messages: [system, first] });
    const two = keyOf({ messages: [system, first, answer, { role: 'user', content: 'And?' }] });
    expect(one).toEqual({ text: expect.any(String), isKnown: false });
    expect(two).toEqual({ text: one!.text, isKnown: true });
  });

  it('differs by first words, instructions and user', () => {
    const keys = [
      keyOf({ messages: [system, first] }),
      keyOf({ messages: [first] }),
      keyOf({ messages: [system, { ...first, content: 'Hello' }] }),
      keyOf({ messages: [system, first] }, {}, 2),
    ];
    expect(new Set(keys.map((key) => key!.text)).size).toBe(keys.length);
  });

  it('is what the client calls it, where it does', () => {
    const messages = [first];
    const named = keyOf({ messages, prompt_cache_key: 'abc' });
    expect(named).toEqual({ text: '1:m:abc', isKnown: true });
    expect(keyOf({ messages }, { 'x-session-id': 's' })).toEqual({ text: '1:m:s', isKnown: true });
  });
});
