import { describe, expect, it } from '@jest/globals';
import { upstreamKinds } from '../../support/protocols/protocol-world.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';
import { useProtocolWorld } from '../../support/protocols/use-protocol-world.ts';
import { waitFor } from '../../support/wait-for.ts';

// What takes fifteen seconds otherwise.
const env = { STREAM_KEEPALIVE_INTERVAL: '100ms', HOLD_BACK_TIMEOUT: '100ms' };
const world = useProtocolWorld(1, { env });

const answer = { text: 'At last.', end: 'stop' } as const;

const doors = [
  {
    door: 'chat',
    path: () => '/v1/chat/completions',
    body: { messages: [{ role: 'user', content: 'Hi' }] },
    sign: /^:.*$/m,
  },
  { door: 'Responses', path: () => '/v1/responses', body: { input: 'Hi' }, sign: /^:.*$/m },
  {
    door: 'Anthropic',
    path: () => '/v1/messages',
    body: { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] },
    // One comes from the upstream itself.
    sign: /^event: ping$[^]*^event: ping$/m,
  },
  {
    door: 'Gemini',
    path: (model: string) => `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
    sign: /\n\n/,
  },
];

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** An upstream of every kind that says nothing of use until it is woken. */
function sleepEverywhere(): { wake: () => void } {
  const { promise: until, resolve: wake } = deferred();
  const families = Object.keys(upstreamWires);
  world.upstream.answerWith(
    answer,
    Object.fromEntries(families.map((family) => [family, { until }])),
  );
  return { wake };
}

/** An upstream for chat that refuses when it is woken. */
function refuseLater(): { wake: () => void } {
  const { promise: until, resolve: wake } = deferred();
  world.upstream.answerWith(answer, { 'openai-chat': { status: 500, until } });
  return { wake };
}

describe('while an upstream sleeps', () => {
  it('streams show that they are alive, at every door and from every kind of upstream', async () => {
    const { wake } = sleepEverywhere();
    const opened = await Promise.all(
      doors.flatMap(({ door, path, body, sign }) =>
        upstreamKinds.map(async (kind) => {
          const model = world.modelOf(kind);
          const stream = await openStream(path(model), { model, ...body });
          return { pair: `${door} at ${kind.name}`, stream, sign };
        }),
      ),
    );
    // They sleep for as long as it takes: one that gives no sign of life lets this test run into its limit.
    const signs = opened.map(({ stream, sign }) => stream.readUntil(sign));
    await Promise.all(signs);
    wake();
    for (const { pair, stream } of opened) {
      const before = stream.text();
      expect([pair, stream.type]).toEqual([pair, expect.stringMatching(/^text\/event-stream/)]);
      expect([pair, before.includes('At ')]).toEqual([pair, false]);
      expect([pair, await stream.readAll()]).toEqual([pair, expect.stringContaining('At ')]);
    }
  });

  it('official clients wait, and get the answer', async () => {
    const { wake } = sleepEverywhere();
    const asked = { turns: [{ from: 'user' as const, text: 'Hi' }] };
    const answers = world.clients.flatMap((client) =>
      upstreamKinds.map((kind) => client.ask(world.modelOf(kind), asked, true)),
    );
    await waitFor(
      'all requests at the upstream',
      () => world.upstream.requests.length === answers.length,
    );
    // Whoever asked before has had as many signs of life as the last one, or more.
    const last = await openStream('/v1/chat/completions', {
      model: 'model-chat',
      ...doors[0]!.body,
    });
    await last.readUntil(/^:.*\n\n:/m);
    wake();
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(
      answers.map(() => 'At last.'),
    );
    await last.readAll();
  });

  it.each(doors)('another one may still answer at the $door door', async ({ path, body }) => {
    const model = `sleepy-${path('').length}`;
    await world.price(model);
    const config = JSON.stringify({ families: ['openai-chat'] });
    const common = { baseUrl: world.upstream.url, models: [model] };
    await world.admin.createChannel({ name: `first-${model}`, priority: 9, config, ...common });
    await world.admin.createChannel({ name: `then-${model}`, type: 14, ...common });
    const { wake } = refuseLater();
    const stream = await openStream(path(model), { model, ...body });
    wake();
    expect(await stream.readAll()).toContain('At l');
    expect(world.upstream.requests.map(({ family }) => family)).toEqual([
      'openai-chat',
      'anthropic',
    ]);
  });

  it('whoever asks is told what was lost and who answered, although the head is gone', async () => {
    const body = { model: 'model-anthropic', messages: [{ role: 'user', content: 'Hi' }], n: 2 };
    const path = '/v1/chat/completions';
    const told = await wakeAndRead({ 'x-gateway-debug': '1' });
    expect(told).toMatch(/^: x-gateway-losses: \d+;dropped output\.n/m);
    expect(told).toMatch(/^: x-upstream-request-id: \S+/m);
    expect(told).toContain('At l');
    expect(await wakeAndRead({})).not.toContain('x-');

    async function wakeAndRead(headers: Record<string, string>): Promise<string> {
      const { wake } = sleepEverywhere();
      const stream = await openStream(path, body, headers);
      wake();
      return stream.readAll();
    }
  });

  it.each(doors)('and fails then, the $door door says so in its stream', async ({ path, body }) => {
    const { wake } = refuseLater();
    const model = 'model-chat';
    const stream = await openStream(path(model), { model, ...body });
    expect(stream.status).toBe(200);
    wake();
    const text = await stream.readAll();
    expect(text).toMatch(/^data: .*"message":".+"/m);
    expect(text).not.toContain('[DONE]');
    const rows = await world.admin.listLogs('type=2');
    expect(rows.filter(({ request_id }) => request_id === stream.id)).toEqual([]);
  });
});

/** As a raw request: signs of life are what SDKs pass over. Resolves when the head is there. */
async function openStream(path: string, body: object, more: Record<string, string> = {}) {
  const {
    status,
    headers,
    body: bytes,
  } = await fetch(world.gateway.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${world.token.key}`,
      'content-type': 'application/json',
      ...more,
    },
    body: JSON.stringify({ stream: true, ...body }),
  });
  const reader = bytes!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  async function read(isEnough: () => boolean): Promise<string> {
    while (!isEnough()) {
      const { done, value } = await reader.read();
      if (done) break;
      text += value;
    }
    return text;
  }
  return {
    status,
    type: headers.get('content-type'),
    id: headers.get('x-request-id'),
    text: () => text,
    readAll: () => read(() => false),
    readUntil: (pattern: RegExp) => read(() => pattern.test(text)),
  };
}
