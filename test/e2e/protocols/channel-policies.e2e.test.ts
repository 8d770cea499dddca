import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { postJson } from '../../support/chat-requests.ts';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());
beforeEach(() => {
  world.upstream.answerWith({ text: 'Hello.', end: 'stop' });
});

type Family = 'openai-chat' | 'openai-responses' | 'anthropic' | 'gemini';

let made = 0;

/** A model behind a channel of its own, which speaks one family and has these policies. */
async function modelThrough(
  family: Family,
  config: Record<string, unknown> | string,
  channel: Record<string, unknown> = {},
): Promise<string> {
  made += 1;
  const model = `policy-${made}`;
  await world.price(model);
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const own = { type: family === 'anthropic' ? 14 : family === 'gemini' ? 24 : 1 };
  const families = own.type === 1 ? `{"families":"${family}",` : '{';
  await world.admin.createChannel({
    name: model,
    baseUrl: world.upstream.url,
    models: [model],
    ...own,
    config: text === '{}' ? `${families.replace(/,$/, '')}}` : families + text.slice(1),
    ...channel,
  });
  return model;
}

const paths: Record<Family, (model: string) => string> = {
  'openai-chat': () => '/v1/chat/completions',
  'openai-responses': () => '/v1/responses',
  anthropic: () => '/v1/messages',
  gemini: (model) => `/v1beta/models/${model}:generateContent`,
};

const questions: Record<Family, object> = {
  'openai-chat': { messages: [{ role: 'user', content: 'Hi' }] },
  'openai-responses': { input: 'Hi' },
  anthropic: { messages: [{ role: 'user', content: 'Hi' }], max_tokens: 100 },
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] },
};

/** The text that the upstream got. */
async function upstreamGets(door: Family, model: string, members: string | object = {}) {
  const extra = typeof members === 'string' ? members : JSON.stringify(members).slice(1, -1);
  const question = JSON.stringify(
    door === 'gemini' ? questions[door] : { model, ...questions[door] },
  );
  const body = extra === '' ? question : `${question.slice(0, -1)},${extra}}`;
  const answer = await postJson(world.gateway.url + paths[door](model), world.token.key, body);
  const text = await answer.text();
  expect({ status: answer.status, text }).toMatchObject({ status: 200 });
  const [request] = world.upstream.requests.splice(0);
  return { ...request!, answer: JSON.parse(text) as Record<string, any> }; // eslint-disable-line @typescript-eslint/no-explicit-any -- a test reads what it expects
}

async function askForStream(model: string, members: object): Promise<string> {
  const body = { model, ...questions['openai-responses'], ...members, stream: true };
  const answer = await postJson(
    world.gateway.url + paths['openai-responses'](model),
    world.token.key,
    JSON.stringify(body),
  );
  const text = await answer.text();
  world.upstream.requests.splice(0);
  return text;
}

/** A capsule forces a translation within a family; a developer's message an edit below the top level. */
const capsule = `gw1.${Buffer.from('{"f":"gemini"}').toString('base64url')}.AAAA`;
const planes = [
  { plane: 'passed on', door: 'openai-chat', members: {}, channel: {} },
  {
    plane: 'patched',
    door: 'openai-chat',
    members: {
      messages: [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: 'Hi' },
      ],
    },
    channel: { type: 36 },
  },
  {
    plane: 'taken apart',
    door: 'openai-chat',
    members: {
      messages: [
        { role: 'assistant', content: 'a', reasoning_details: [{ data: capsule }] },
        { role: 'user', content: 'Hi' },
      ],
    },
    channel: {},
  },
  { plane: 'translated', door: 'anthropic', members: {}, channel: {} },
] as const;

describe.each(planes)('parameters of a channel, where requests are $plane', (scene) => {
  const { door, members, channel } = scene;
  const ask = async (parameters: string, own: object = {}) => {
    const model = await modelThrough('openai-chat', `{"parameters":${parameters}}`, channel);
    return upstreamGets(door, model, { ...members, ...own });
  };

  it('are defaults where the client gave none', async () => {
    const rule = '{"default":{"temperature":0.30,"top_p":1.0,"reasoning.effort":"low"}}';
    const { text, body } = await ask(rule, { temperature: 0.9 });
    expect(body).toMatchObject({ temperature: 0.9, reasoning: { effort: 'low' } });
    expect(text).toContain('"top_p":1.0,');
  });

  it('are set, whatever the client gave, as they were written', async () => {
    const rule = '{"set":{"temperature":0.50,"seed":12345678901234567890}}';
    const { text } = await ask(rule, { temperature: 0.9 });
    expect(text).toContain('"temperature":0.50');
    expect(text).toContain('"seed":12345678901234567890');
  });

  it('are taken out', async () => {
    const rule = '{"forbid":["temperature","seed"]}';
    const { body, text } = await ask(rule, { temperature: 0.9 });
    expect(body['temperature']).toBeUndefined();
    // What the way itself changes is changed too.
    expect(body['messages']).toBeDefined();
    expect(text).not.toMatch(/developer|gw1\./);
  });

  it.each([
    ['lower', 7],
    ['higher', 4000],
  ])('limit the output: %s than the client did', async (_title, limit) => {
    const { body } = await ask(`{"set":{"max_output_tokens":${limit}}}`, { max_tokens: 100 });
    expect(body['max_tokens'] ?? body['max_completion_tokens']).toBe(limit);
    expect(body['max_output_tokens']).toBeUndefined();
  });
});

describe('a limit of the output', () => {
  it.each([
    ['openai-chat', 'max_tokens'],
    ['openai-responses', 'max_output_tokens'],
    ['anthropic', 'max_tokens'],
  ] as const)('has the name that it has at %s', async (family, name) => {
    const model = await modelThrough(family, { parameters: { set: { max_tokens: 2000 } } });
    for (const door of ['openai-chat', family] as const) {
      const { body } = await upstreamGets(door, model);
      expect(body[name] ?? body['max_completion_tokens']).toBe(2000);
    }
  });

  it('stands in the generation config of Google, which is spelt as the client did', async () => {
    const model = await modelThrough('gemini', {
      parameters: { set: { max_tokens: 2000, 'generationConfig.topK': 3 } },
    });
    const { body: own } = await upstreamGets('gemini', model, {
      generation_config: { max_output_tokens: 5, top_k: 9 },
    });
    expect(own['generation_config']).toEqual({ max_output_tokens: 2000, top_k: 3 });
    expect(own['generationConfig']).toBeUndefined();
    const { body } = await upstreamGets('openai-chat', model);
    expect(body['generationConfig']).toMatchObject({ maxOutputTokens: 2000, topK: 3 });
  });

  it('has its place in a wire of a vendor’s own, beside what is set there', async () => {
    await world.price('amazon.nova-2-lite-v1:0');
    await world.admin.createChannel({
      name: 'own-wire',
      type: 33,
      key: 'AKIDEXAMPLE|secret-of-bedrock|us-east-1',
      baseUrl: world.upstream.url,
      models: ['own-wire'],
      model_mapping: '{"own-wire":"amazon.nova-2-lite-v1:0"}',
      config: '{"parameters":{"set":{"max_tokens":2000,"inferenceConfig.topP":0.50}}}',
    });
    for (const door of ['openai-chat', 'anthropic'] as const) {
      const { body, text } = await upstreamGets(door, 'own-wire', { top_p: 0.9 });
      expect(body['inferenceConfig']).toMatchObject({ maxTokens: 2000, topP: 0.5 });
      expect(text).toContain('"topP":0.50');
      expect(body['max_tokens']).toBeUndefined();
    }
  });

  it('may be a default that is larger than the one of a translation', async () => {
    const model = await modelThrough('anthropic', {
      parameters: { default: { max_tokens: 20_000 } },
    });
    expect((await upstreamGets('openai-chat', model)).body['max_tokens']).toBe(20_000);
    expect((await upstreamGets('anthropic', model)).body['max_tokens']).toBe(100);
  });

  it('is a default only where the client has none', async () => {
    const model = await modelThrough('openai-chat', {
      parameters: { default: { max_tokens: 50 } },
    });
    expect((await upstreamGets('openai-chat', model)).body['max_tokens']).toBe(50);
    const own = await upstreamGets('openai-chat', model, { max_completion_tokens: 60 });
    expect(own.body['max_completion_tokens']).toBe(60);
    expect(own.body['max_tokens']).toBeUndefined();
  });
});

describe('a limit below the thoughts that a client of Anthropic wants', () => {
  const thoughtful = { max_tokens: 16_000, thinking: { type: 'enabled', budget_tokens: 8000 } };

  it.each([
    [2000, 1999, '1;approximated thinking.budget_tokens'],
    [500, undefined, '1;dropped thinking'],
  ])('of %s lowers them, or leaves them out: %s', async (limit, budget, loss) => {
    const model = await modelThrough('anthropic', { parameters: { set: { max_tokens: limit } } });
    const answer = await postJson(
      `${world.gateway.url}/v1/messages`,
      world.token.key,
      { model, ...questions.anthropic, ...thoughtful },
      { 'x-gateway-debug': '1' },
    );
    expect(answer.headers.get('x-gateway-losses')).toBe(loss);
    const { body } = world.upstream.requests.splice(0)[0]!;
    const { thinking } = body as { thinking?: { budget_tokens: number } };
    expect([body['max_tokens'], thinking?.budget_tokens]).toEqual([limit, budget]);
  });

  it('keeps them where there is room', async () => {
    const model = await modelThrough('anthropic', { parameters: { set: { max_tokens: 9000 } } });
    const { body } = await upstreamGets('anthropic', model, thoughtful);
    expect(body).toMatchObject({ ...thoughtful, max_tokens: 9000 });
  });
});

describe('names of a client’s users', () => {
  const users = {
    user: 'alice',
    safety_identifier: 'alice',
    metadata: { user_id: 'alice', k: 'v' },
  };

  it('are kept unless the channel says otherwise', async () => {
    const model = await modelThrough('openai-chat', {});
    expect((await upstreamGets('openai-chat', model, users)).body).toMatchObject(users);
  });

  it('are dropped', async () => {
    const model = await modelThrough('openai-chat', { end_users: 'drop' });
    const { body, text } = await upstreamGets('openai-chat', model, users);
    expect(text).not.toContain('alice');
    expect(body['metadata']).toEqual({ k: 'v' });
  });

  it('are the same pseudonym each time, on every way to one channel, and another at the next', async () => {
    const model = await modelThrough('openai-responses', { end_users: 'hash' });
    const first = await upstreamGets('openai-responses', model, {
      safety_identifier: 'a@b.example',
    });
    const name = String(first.body['safety_identifier']);
    expect(name).toMatch(/^[A-Za-z0-9_-]{32}$/);
    const claude = { metadata: { user_id: 'a@b.example' } };
    const translated = await upstreamGets('anthropic', model, claude);
    expect(translated.text).not.toContain('a@b.example');
    expect(translated.body).toMatchObject({ safety_identifier: name, prompt_cache_key: name });
    const other = await modelThrough('anthropic', { end_users: 'hash' });
    const elsewhere = await upstreamGets('anthropic', other, claude);
    const { user_id: there } = elsewhere.body['metadata'] as { user_id: string };
    expect(there).toMatch(/^[A-Za-z0-9_-]{32}$/);
    expect(there).not.toBe(name);
    const chat = await upstreamGets('openai-chat', other, { user: 'a@b.example' });
    expect(chat.body['metadata']).toEqual({ user_id: there });
  });
});

describe('a channel that may keep nothing', () => {
  it('is told so where it would keep answers', async () => {
    const model = await modelThrough('openai-responses', { storage: 'forbid' });
    for (const members of [{}, { store: true }, { store: false }])
      expect((await upstreamGets('openai-responses', model, members)).body['store']).toBe(false);
    expect((await upstreamGets('openai-chat', model, { store: true })).body['store']).toBe(false);
  });

  it('is not told of a wish to keep a chat', async () => {
    const model = await modelThrough('openai-chat', { storage: 'forbid' });
    expect((await upstreamGets('openai-chat', model, { store: true })).body).not.toHaveProperty(
      'store',
    );
    expect((await upstreamGets('openai-chat', model, { store: false })).body['store']).toBe(false);
  });

  it('has answers that say whether they are kept here', async () => {
    const model = await modelThrough('openai-responses', { storage: 'forbid' });
    for (const [asked, told] of [
      [{}, true],
      [{ store: true }, true],
      [{ store: false }, false],
    ] as const) {
      const { answer } = await upstreamGets('openai-responses', model, asked);
      expect(answer['store']).toBe(told);
      const streamed = await askForStream(model, asked);
      const said = [...streamed.matchAll(/"store":(\w+)/g)].map(([, word]) => word);
      expect(said).toEqual(['created', 'in_progress', 'completed'].map(() => String(told)));
    }
  });

  it('answers in a conversation all the same, which is kept here', async () => {
    const model = await modelThrough('openai-responses', { storage: 'forbid' });
    const first = await upstreamGets('openai-responses', model, { store: true });
    const id = String(first.answer['id']);
    const kept = await fetch(`${world.gateway.url}/v1/responses/${id}`, {
      headers: { authorization: `Bearer ${world.token.key}` },
    });
    expect(kept.status).toBe(200);
    const next = await upstreamGets('openai-responses', model, { previous_response_id: id });
    expect(next.body['previous_response_id']).toBeUndefined();
    expect(JSON.stringify(next.body['input'])).toContain('Hello.');
  });
});

describe('losses', () => {
  it('are counted for what a channel takes out', async () => {
    const model = await modelThrough('openai-chat', {
      parameters: { forbid: ['response_format'] },
    });
    const answer = await postJson(
      world.gateway.url + paths['openai-chat'](model),
      world.token.key,
      { model, ...questions['openai-chat'], response_format: { type: 'json_object' } },
      { 'x-gateway-debug': '1' },
    );
    expect(answer.headers.get('x-gateway-losses')).toBe('1;dropped response_format');
  });
});
