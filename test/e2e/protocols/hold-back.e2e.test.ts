import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
  await world.admin.setOption('RetryTimes', '1');
});
afterAll(() => world.stopAll());

const message = [{ role: 'user', content: 'Hi' }];
const doors = {
  openai: (model: string) => ({
    path: '/v1/chat/completions',
    body: { model, stream: true, messages: message },
  }),
  responses: (model: string) => ({
    path: '/v1/responses',
    body: { model, stream: true, store: false, input: 'Hi' },
  }),
  anthropic: (model: string) => ({
    path: '/v1/messages',
    body: { model, stream: true, max_tokens: 99, messages: message },
  }),
  gemini: (model: string) => ({
    path: `/v1beta/models/${model}:streamGenerateContent?alt=sse`,
    body: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
  }),
} as const;

/** Wires whose streams begin with something that says nothing yet, and where the other channel is of another one. */
const kinds = upstreamKinds.filter(({ name }) =>
  ['chat', 'responses', 'anthropic', 'gemini', 'bedrock-nova'].includes(name),
);
const pairs = kinds.flatMap((kind) =>
  (Object.keys(doors) as (keyof typeof doors)[]).map((door) => ({ kind, door })),
);

describe.each(pairs)('a stream from $kind.name at $door', ({ kind, door }) => {
  it('goes to another channel as long as it has said nothing', async () => {
    const model = `held-${kind.name}-${door}`;
    await world.price(model);
    const baseUrl = world.upstream.url;
    const mapping = kind.model && { model_mapping: JSON.stringify({ [model]: kind.model }) };
    const first = { name: model, baseUrl, models: [model], priority: 9 };
    await world.admin.createChannel({ ...first, ...mapping, ...kind.channel(baseUrl) });
    const other = kind.family === 'anthropic' ? { type: 24 } : { type: 14 };
    await world.admin.createChannel({ name: `${model}-2`, baseUrl, models: [model], ...other });
    const errorAfter = upstreamWires[kind.family].firstText;
    world.upstream.answerWith(
      { text: 'Roads are paid for.', end: 'stop' },
      { [kind.family]: { errorAfter } },
    );
    const { path, body } = doors[door](model);
    const answer = await fetch(world.gateway.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    expect(text).not.toContain('overheated');
    expect(text).toContain('paid for');
    expect(world.upstream.requests.map(({ family }) => family)).toEqual([
      kind.family,
      other.type === 14 ? 'anthropic' : 'gemini',
    ]);
    const rows = await world.admin.listLogs('type=2');
    const id = answer.headers.get('x-request-id');
    expect(rows.filter(({ request_id: its }) => its === id)).toHaveLength(1);
  });
});
