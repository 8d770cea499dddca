import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const messages = [{ role: 'user', content: 'Hi' }];

/** Doors in front of their own protocol: what they get is the upstream's own answer. */
const doors = [
  { kind: 'chat', path: () => '/v1/chat/completions', body: { messages } },
  { kind: 'responses', path: () => '/v1/responses', body: { input: 'Hi' } },
  { kind: 'anthropic', path: () => '/v1/messages', body: { messages, max_tokens: 9 } },
  {
    kind: 'gemini',
    path: (isStream: boolean) =>
      `/v1beta/models/model-gemini:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  },
];
const cases = doors.flatMap((door) => [
  { ...door, isStream: false },
  { ...door, isStream: true },
]);

type Case = (typeof cases)[number];

/** Every model's name in an answer. */
async function namesIn({ kind, path, body, isStream }: Case): Promise<string[]> {
  world.upstream.answerWith({ text: 'Hello.', end: 'stop' });
  const asked = kind === 'gemini' ? body : { ...body, model: `model-${kind}`, stream: isStream };
  const answer = await fetch(world.gateway.url + path(isStream), {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(asked),
  });
  const text = await answer.text();
  expect(text).toContain('lo.');
  return [...text.matchAll(/"model(?:Version)?":"([^"]*)"/g)].map(([, name]) => name!);
}

describe('the model of an answer', () => {
  it.each(cases)('is the upstream’s own at $kind, streamed $isStream', async (asked) => {
    const names = await namesIn(asked);
    expect(names.length).toBeGreaterThan(0);
    expect(names).not.toContain(`model-${asked.kind}`);
  });

  it.each(cases)(
    'is what was asked where the option says so: $kind, streamed $isStream',
    async (asked) => {
      await world.admin.setOption('ResponseModelName', 'requested');
      const names = await namesIn(asked);
      await world.admin.setOption('ResponseModelName', 'upstream');
      expect(new Set(names)).toEqual(new Set([`model-${asked.kind}`]));
    },
  );
});
