import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type OpenAI from 'openai';
import OpenAI5 from 'openai-5';
import {
  chatAnswer,
  chatFrames,
  startScriptedUpstream,
  type ScriptedUpstream,
} from '../../support/scripted-upstream.ts';
import { openSdk, startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

/** Served by a channel that speaks chat only. */
const model = 'gpt-4.1-mini';

let world: World;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  [world, upstream] = await Promise.all([startWorld(), startScriptedUpstream()]);
  await world.admin.createChannel({
    name: 'chat only',
    baseUrl: upstream.url,
    models: [model],
    config: JSON.stringify({ families: ['openai-chat'] }),
  });
});
afterAll(async () => {
  await world.stop();
  await upstream.close();
});
beforeEach(() => {
  upstream.requests.length = 0;
});

const weather = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'Weather by city',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
};

const call = (index: number, id: string, city: string): object => ({
  tool_calls: [
    {
      index,
      id,
      type: 'function',
      function: { name: 'get_weather', arguments: JSON.stringify({ city }) },
    },
  ],
});

const answer = chatFrames(
  [
    { reasoning_content: 'Two cities.' },
    { content: 'Let me ' },
    { content: 'check. 你好' },
    call(0, 'call_a', 'Paris'),
    call(1, 'call_b', 'Lyon'),
  ],
  'tool_calls',
);

const majors = [
  ['openai 6', (): OpenAI => world.openai],
  [
    'openai 5',
    (): OpenAI =>
      new OpenAI5({
        apiKey: world.token.key,
        baseURL: `${world.gateway.url}/v1`,
        maxRetries: 0,
      }) as unknown as OpenAI,
  ],
] as const;

describe.each(majors)('the Responses API of %s in front of chat', (_name, sdk) => {
  it("streams into the SDK's helper what the final response says", async () => {
    upstream.answer(() => ({ frames: answer }));
    const stream = sdk().responses.stream({
      model,
      input: 'Weather in Paris and Lyon?',
      instructions: 'You are a travel helper.',
      reasoning: { effort: 'low', summary: 'auto' },
      tools: [weather],
    });
    const said: string[] = [];
    stream.on('response.output_text.delta', ({ delta }) => said.push(delta));
    const final = await stream.finalResponse();

    expect(said.join('')).toBe('Let me check. 你好');
    expect(final.output[1]).toMatchObject({ content: [{ text: 'Let me check. 你好' }] });
    expect(final.output.map(({ type }) => type)).toEqual([
      'reasoning',
      'message',
      'function_call',
      'function_call',
    ]);
    expect(final.output[3]).toMatchObject({ call_id: 'call_b', arguments: '{"city":"Lyon"}' });
    expect(final.usage).toMatchObject({ input_tokens: 120, output_tokens: 40, total_tokens: 160 });
    expect(final).toMatchObject({ status: 'completed', model, error: null });
    expect(upstream.requests[0]?.path).toBe('/v1/chat/completions');
    expect(upstream.requests[0]?.body).toMatchObject({
      messages: [
        { role: 'system', content: 'You are a travel helper.' },
        { role: 'user', content: 'Weather in Paris and Lyon?' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    });
  });

  it('answers whole, with the same shape', async () => {
    upstream.answer(() => chatAnswer({ content: 'Hello.' }));
    const response = await sdk().responses.create({ model, input: 'Hi' });
    expect(response.output_text).toBe('Hello.');
    expect(response).toMatchObject({ object: 'response', status: 'completed', store: true });
    expect(response.id).toMatch(/^resp_/);
  });

  it('fails as SDKs expect it, before and in a stream', async () => {
    const refused = sdk().responses.create({ model, input: 'Hi', prompt: { id: 'pmpt_1' } });
    await expect(refused).rejects.toMatchObject({ status: 400, code: 'unsupported_parameter' });

    upstream.answer(() => ({ frames: answer.slice(0, 4), isCut: true }));
    const stream = await sdk().responses.create({ model, input: 'Hi', stream: true });
    const read = async (): Promise<void> => {
      for await (const _event of stream);
    };
    await expect(read()).rejects.toMatchObject({ message: expect.stringContaining('upstream') });
  });
});

describe('conversations that are kept here', () => {
  it('go on from an answer, on a channel that knows nothing of it', async () => {
    upstream.answer(() => ({ frames: answer }));
    const first = await world.openai.responses
      .stream({ model, input: 'Weather?', tools: [weather], instructions: 'Once only.' })
      .finalResponse();

    upstream.answer(() => chatAnswer({ content: '18C in Paris.' }));
    const second = await world.openai.responses.create({
      model,
      previous_response_id: first.id,
      tools: [weather],
      input: [
        { type: 'function_call_output', call_id: 'call_b', output: 'no data' },
        { type: 'function_call_output', call_id: 'call_a', output: '18C' },
      ],
    });
    expect(second).toMatchObject({ output_text: '18C in Paris.', previous_response_id: first.id });
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', tool_calls: [{ id: 'call_a' }, { id: 'call_b' }] },
      { role: 'tool', tool_call_id: 'call_a', content: '18C' },
      { role: 'tool', tool_call_id: 'call_b', content: 'no data' },
    ]);

    const third = await world.openai.responses.create({
      model,
      previous_response_id: second.id,
      input: 'Thanks!',
    });
    expect(third.id).not.toBe(second.id);
    const messages = upstream.requests[2]?.body['messages'] as { role: string }[];
    expect(messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'tool',
      'assistant',
      'user',
    ]);
  });

  it('resolve items that are only named', async () => {
    upstream.answer(() => chatAnswer({ content: 'Blue.' }));
    const first = await world.openai.responses.create({ model, input: 'Colour?' });
    await world.openai.responses.create({
      model,
      input: [
        { role: 'user', content: 'Colour?' },
        { type: 'item_reference', id: first.output[0]!.id! },
        { role: 'user', content: 'Sure?' },
      ],
    });
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: 'Blue.' },
      { role: 'user', content: 'Sure?' },
    ]);
  });

  it('are retrieved, listed and deleted', async () => {
    upstream.answer(() => chatAnswer({ content: 'Hello.' }));
    const { responses } = world.openai;
    const first = await responses.create({ model, input: 'One' });
    const second = await responses.create({ model, input: 'Two', previous_response_id: first.id });

    expect(await responses.retrieve(second.id)).toMatchObject({
      id: second.id,
      output: second.output,
      previous_response_id: first.id,
    });
    const items = await responses.inputItems.list(second.id, { order: 'asc', limit: 2 });
    expect(items.data).toMatchObject([{ role: 'user', content: 'One' }, { role: 'assistant' }]);
    const rest: unknown[] = [];
    for await (const item of responses.inputItems.list(second.id, { limit: 1 })) rest.push(item);
    expect(rest).toMatchObject([{ content: 'Two' }, { role: 'assistant' }, { content: 'One' }]);

    await expect(responses.cancel(second.id)).rejects.toMatchObject({ status: 400 });
    await responses.delete(second.id);
    const gone = { status: 404, code: 'response_not_found' };
    await expect(responses.retrieve(second.id)).rejects.toMatchObject(gone);
    await expect(responses.delete(second.id)).rejects.toMatchObject(gone);
    const onward = responses.create({ model, input: 'x', previous_response_id: second.id });
    await expect(onward).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
    });
  });

  it('are nobody else’s', async () => {
    upstream.answer(() => chatAnswer({ content: 'Secret.' }));
    const { id } = await world.openai.responses.create({ model, input: 'Mine' });
    await world.admin.call('POST', '/api/user/', {
      username: 'neighbour',
      password: 'a-long-password',
    });
    const { logIn } = await import('../../support/admin-client.mjs');
    const neighbour = await logIn(world.gateway.url, 'neighbour', 'a-long-password');
    const other = openSdk(world.gateway, (await neighbour.createToken()).key);
    await expect(other.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
    await expect(other.responses.delete(id)).rejects.toMatchObject({ status: 404 });
    expect(await world.openai.responses.retrieve(id)).toMatchObject({ id });
  });

  it('are not kept where the client does not want it', async () => {
    upstream.answer(() => chatAnswer({ content: 'Hello.' }));
    const response = await world.openai.responses.create({ model, input: 'Hi', store: false });
    expect(response).toMatchObject({ store: false });
    await expect(world.openai.responses.retrieve(response.id)).rejects.toMatchObject({
      status: 404,
    });
  });
});
