import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '../../support/wait-for.ts';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld({ env: { LOG_LEVEL: 'info' } });
  await world.price('picky');
  await world.admin.createChannel({
    name: 'picky',
    type: 36,
    baseUrl: world.upstream.url,
    models: ['picky'],
  });
});
afterAll(() => world.stopAll());

const messages = [{ role: 'user', content: 'Hi' }];
const developer = [{ role: 'developer', content: 'Be brief.' }, ...messages];
/** As a capsule begins, whoever made it. */
const capsule = `gw1.${Buffer.from('{"f":"gemini"}').toString('base64url')}.AAAA`;
const sealed = [
  { role: 'assistant', content: 'a', reasoning_details: [{ data: capsule }] },
  ...messages,
];
const chat = '/v1/chat/completions';
const anthropic = { messages, max_tokens: 9 };
const gemini = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
const array = '/v1beta/models/model-gemini:streamGenerateContent';

/** What the log says of a request: why it did not pass as it came. */
async function reasonOf(path: string, body: object, headers: Record<string, string> = {}) {
  world.upstream.answerWith({ text: 'Hello.', end: 'stop' });
  const answer = await fetch(world.gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.token.key}`,
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  expect(await answer.text()).toContain('lo.');
  const id = answer.headers.get('x-request-id')!;
  const line = await waitFor(`the log line of ${id}`, () =>
    world.gateway
      .logs()
      .split('\n')
      .find((one) => one.includes(id) && one.includes('request finished')),
  );
  return (JSON.parse(line) as { planReason?: string }).planReason;
}

interface Case {
  reason: string;
  path: string;
  body: object;
  headers?: Record<string, string>;
}

const cases: readonly Case[] = [
  { reason: 'none', path: chat, body: { model: 'model-chat', messages } },
  { reason: 'none', path: '/v1/messages', body: { model: 'model-anthropic', ...anthropic } },
  { reason: 'none', path: `${array}?alt=sse`, body: gemini },
  { reason: 'other_protocol', path: chat, body: { model: 'model-anthropic', messages } },
  { reason: 'own_wire', path: '/v1/messages', body: { model: 'model-bedrock-nova', ...anthropic } },
  {
    reason: 'betas_in_body',
    path: '/v1/messages',
    body: { model: 'model-bedrock-claude', ...anthropic },
    headers: { 'anthropic-beta': 'context-1m-2025-08-07' },
  },
  { reason: 'json_array', path: array, body: gemini },
  { reason: 'opaque_state', path: chat, body: { model: 'model-chat', messages: sealed } },
  { reason: 'deep_edit', path: chat, body: { model: 'picky', messages: developer } },
];

describe('why a request is not passed on as it came', () => {
  it.each(cases)('is in the log: $reason at $path', async ({ reason, path, body, headers }) => {
    expect((await reasonOf(path, body, headers)) ?? 'none').toBe(reason);
  });

  it('is in the log where the answer is edited', async () => {
    await world.admin.setOption('ResponseModelName', 'requested');
    expect(await reasonOf(chat, { model: 'model-chat', messages })).toBe('model_in_response');
    await world.admin.setOption('ResponseModelName', 'upstream');
  });
});
