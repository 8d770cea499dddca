import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  // What takes fifteen seconds otherwise.
  const env = { STREAM_KEEPALIVE_INTERVAL: '1s', HOLD_BACK_TIMEOUT: '1s' };
  world = await startProtocolWorld({ env });
  await world.admin.setOption('RetryTimes', '1');
});
afterAll(() => world.stopAll());

const answer = { text: 'At last.', end: 'stop' } as const;
const sleepMs = 3500;

const doors = [
  {
    door: 'chat',
    path: () => '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: 'Hi' }] },
    sign: /^:.*$/gm,
  },
  { door: 'Responses', path: () => '/v1/responses', body: { input: 'Hi' }, sign: /^:.*$/gm },
  {
    door: 'Anthropic',
    path: () => '/v1/messages',
    body: { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
    sign: /^event: ping$/gm,
  },
  {
    door: 'Gemini',
    path: (model: string) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    sign: /\n\n/g,
  },
];

function sleepEverywhere(): void {
  const mischief = Object.fromEntries(
    Object.keys(upstreamWires).map((family) => [family, { sleepMs }]),
  );
  world.upstream.answerWith(answer, mischief);
}

describe('while an upstream sleeps', () => {
  it('streams show that they are alive, at every door and from every kind of upstream', async () => {
    sleepEverywhere();
    const streams = doors.flatMap(({ door, path, body, sign }) =>
      upstreamKinds.map(async (kind) => {
        const model = world.modelOf(kind);
        const { text, type } = await stream(path(model), { model, ...body });
        const before = text.slice(0, text.indexOf('At '));
        expect(type).toMatch(/^text\/event-stream/);
        return { pair: `${door} at ${kind.name}`, signs: before.match(sign)?.length ?? 0 };
      }),
    );
    const signs = await Promise.all(streams);
    // At least: the first second is held back, and a sign comes within a second and a half.
    expect(signs.filter((one) => one.signs === 0)).toEqual([]);
  });

  it('official clients wait, and get the answer', async () => {
    sleepEverywhere();
    const asked = { turns: [{ from: 'user' as const, text: 'Hi' }] };
    const answers = await Promise.all(
      world.clients.flatMap((client) =>
        upstreamKinds.map((kind) => client.ask(world.modelOf(kind), asked, true)),
      ),
    );
    expect(answers.map(({ text }) => text)).toEqual(answers.map(() => 'At last.'));
  });

  it.each(doors)('another one may still answer at the $door door', async ({ path, body }) => {
    const model = `sleepy-${path('').length}`;
    await world.price(model);
    const config = JSON.stringify({ families: ['openai-chat'] });
    const common = { baseUrl: world.upstream.url, models: [model] };
    await world.admin.createChannel({ name: `first-${model}`, priority: 9, config, ...common });
    await world.admin.createChannel({ name: `then-${model}`, type: 14, ...common });
    world.upstream.answerWith(answer, { 'openai-chat': { status: 500, sleepMs: 2500 } });
    const { text } = await stream(path(model), { model, ...body });
    expect(text).toContain('At l');
    expect(world.upstream.requests.map(({ family }) => family)).toEqual([
      'openai-chat',
      'anthropic',
    ]);
  });

  it('whoever asks is told what was lost and who answered, although the head is gone', async () => {
    const body = { model: 'model-anthropic', messages: [{ role: 'user', content: 'Hi' }], n: 2 };
    const path = '/v1/chat/completions';
    sleepEverywhere();
    const told = await stream(path, body, { 'x-gateway-debug': '1' });
    expect(told.text).toMatch(/^: x-gateway-losses: \d+;dropped output\.n/m);
    expect(told.text).toMatch(/^: x-upstream-request-id: \S+/m);
    expect(told.text).toContain('At l');
    sleepEverywhere();
    expect((await stream(path, body)).text).not.toContain('x-');
  });

  it.each(doors)('and fails then, the $door door says so in its stream', async ({ path, body }) => {
    world.upstream.answerWith(answer, { 'openai-chat': { status: 500, sleepMs: 2500 } });
    const model = 'model-chat';
    const { status, text, id } = await stream(path(model), { model, ...body });
    expect(status).toBe(200);
    expect(text).toMatch(/^data: .*"message":".+"/m);
    expect(text).not.toContain('[DONE]');
    const rows = await world.admin.listLogs('type=2');
    expect(rows.filter(({ request_id }) => request_id === id)).toEqual([]);
  });
});

/** As a raw request: signs of life are what SDKs pass over. */
async function stream(path: string, body: object, more: Record<string, string> = {}) {
  const sent = await fetch(world.gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.token.key}`,
      'content-type': 'application/json',
      ...more,
    },
    body: JSON.stringify({ stream: true, ...body }),
  });
  const { status, headers } = sent;
  const text = await sent.text();
  return { status, text, type: headers.get('content-type'), id: headers.get('x-request-id') };
}
