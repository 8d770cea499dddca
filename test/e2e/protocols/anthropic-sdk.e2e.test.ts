import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OlderAnthropic from 'anthropic-sdk-0';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { bill } from '../../support/protocols/scene.ts';
import { upstreamWires } from '../../support/protocols/upstream-wires.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

/** Both majors are asked in the same words; they differ in what they send and how they read. */
const majors = [
  { major: '1.x', Client: Anthropic },
  { major: '0.x', Client: OlderAnthropic as unknown as typeof Anthropic },
];

const question: Anthropic.MessageParam[] = [
  { role: 'user', content: 'Weather in Paris and Oslo?' },
];
const tools: Anthropic.Tool[] = [
  {
    name: 'get_weather',
    description: 'Tells the weather.',
    input_schema: { type: 'object', properties: { city: { type: 'string' } } },
  },
];
const calls = [
  { id: 'toolu_paris', name: 'get_weather', input: { city: 'Paris' } },
  { id: 'toolu_oslo', name: 'get_weather', input: { city: 'Øslo "N"' } },
];

describe.each(majors)('the Anthropic SDK $major', ({ Client }) => {
  const open = (apiKey = world.token.key, path = ''): Anthropic =>
    new Client({ apiKey, baseURL: world.gateway.url + path, maxRetries: 0 });

  describe.each(upstreamKinds)('in front of $name', (kind) => {
    it('gets a message', async () => {
      world.upstream.answerWith({ text: 'Hi', end: 'stop' });
      const model = world.modelOf(kind);
      const message = await open().messages.create({ model, max_tokens: 50, messages: question });

      expect(message).toMatchObject({
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'Hi' }],
        stop_reason: 'end_turn',
        usage: { cache_read_input_tokens: bill.cached, output_tokens: bill.output },
      });
      expect(message.id).toMatch(/^msg_/);
      expect(message._request_id).toMatch(/\S/);
    });

    it('gathers a stream with parallel calls', async () => {
      world.upstream.answerWith({ text: 'Let me look.', calls, end: 'calls' });
      const model = world.modelOf(kind);
      const stream = open().messages.stream({ model, max_tokens: 50, messages: question, tools });
      const texts: string[] = [];
      stream.on('text', (delta) => texts.push(delta));
      const message = await stream.finalMessage();

      expect(texts.join('')).toBe('Let me look.');
      expect(message.stop_reason).toBe('tool_use');
      expect(message.content).toMatchObject([
        { type: 'text', text: 'Let me look.' },
        ...calls.map(({ name, input }) => ({ type: 'tool_use', name, input })),
      ]);
      expect(message.usage.input_tokens).toBe(bill.input - bill.cached);
      expect(message.usage.output_tokens).toBe(bill.output);
    });

    it('is told of an error inside a stream', async () => {
      world.upstream.answerWith(
        { text: 'Once upon a time', end: 'stop' },
        // One delta of the text went out by then.
        { [kind.family]: { errorAfter: upstreamWires[kind.family].firstText + 1 } },
      );
      const model = world.modelOf(kind);
      const stream = open().messages.stream({ model, max_tokens: 50, messages: question });
      await expect(stream.finalMessage()).rejects.toThrow(Client.APIError);
    });
  });

  it('counts tokens, through either base URL', async () => {
    const model = world.modelOf(upstreamKinds[0]!);
    for (const path of ['', '/anthropic']) {
      const { input_tokens: tokens } = await open(undefined, path).messages.countTokens({
        model,
        messages: question,
      });
      expect(tokens).toBeGreaterThan(3);
    }
  });

  it('lists the models', async () => {
    const ids: string[] = [];
    for await (const { id } of open().models.list()) ids.push(id);
    expect(ids).toEqual(expect.arrayContaining(upstreamKinds.map((kind) => world.modelOf(kind))));
  });

  it('reaches Anthropic with its betas', async () => {
    const kind = upstreamKinds.find(({ family }) => family === 'anthropic')!;
    world.upstream.answerWith({ text: 'Hi', end: 'stop' });
    await open().beta.messages.create({
      model: world.modelOf(kind),
      max_tokens: 50,
      messages: [{ role: 'user', content: 'Hi?' }],
      betas: ['interleaved-thinking-2025-05-14'],
    });

    const [request] = world.upstream.requests;
    // The newest major names betas in the header only.
    expect(request?.path).toMatch(/^\/v1\/messages(?:\?beta=true)?$/);
    expect(request?.headers['anthropic-beta']).toContain('interleaved-thinking-2025-05-14');
    expect(request?.body).not.toHaveProperty('betas');
  });

  it('knows errors by their class', async () => {
    const ask = (client: Anthropic, model: string): Promise<unknown> =>
      client.messages.create({ model, max_tokens: 5, messages: question });
    await expect(ask(open(), 'no-such-model')).rejects.toThrow(Client.NotFoundError);
    await expect(ask(open('sk-unknown'), 'model-chat')).rejects.toThrow(Client.AuthenticationError);
    const empty = open().messages.create({ model: 'model-chat', max_tokens: 5, messages: [] });
    await expect(empty).rejects.toThrow(Client.BadRequestError);

    world.upstream.answerWith({ text: '', end: 'stop' }, { anthropic: { status: 529 } });
    const overloaded = ask(open(), 'model-anthropic');
    await expect(overloaded).rejects.toThrow(Client.InternalServerError);
    await expect(overloaded).rejects.toMatchObject({
      status: 529,
      error: { type: 'error', error: { type: 'overloaded_error' } },
    });
  });
});
