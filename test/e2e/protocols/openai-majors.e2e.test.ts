import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import OpenAI from 'openai';
import OpenAI7 from 'openai-7';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { openClients } from '../../support/protocols/clients.ts';
import { bill } from '../../support/protocols/scene.ts';

jest.setTimeout(120_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const majors = [
  { major: '6', Sdk: OpenAI },
  { major: '7', Sdk: OpenAI7 as unknown as typeof OpenAI },
];
const messages = [{ role: 'user' as const, content: 'A toll as JSON.' }];
const schema = {
  type: 'object',
  properties: { euros: { type: 'number' } },
  required: ['euros'],
  additionalProperties: false,
};
const calls = [
  { id: 'call_paris1', name: 'get_weather', input: { city: 'Paris' } },
  { id: 'call_oslo22', name: 'get_weather', input: { city: 'Øslo "N"' } },
];

describe.each(majors)('OpenAI’s SDK, major $major', ({ Sdk }) => {
  const open = (apiKey = world.token.key, maxRetries = 0): OpenAI =>
    new Sdk({ apiKey, baseURL: `${world.gateway.url}/v1`, maxRetries });

  describe.each(upstreamKinds)('in front of $name', (kind) => {
    it('parses what has a schema, at both doors', async () => {
      world.upstream.answerWith({ text: '{"euros":3}', end: 'stop' });
      const model = world.modelOf(kind);
      const format = { name: 'toll', strict: true, schema };
      const completion = await open().chat.completions.parse({
        model,
        messages,
        response_format: { type: 'json_schema', json_schema: format },
      });
      expect(completion.choices[0]?.message.parsed).toEqual({ euros: 3 });
      const response = await open().responses.parse({
        model,
        input: 'A toll as JSON.',
        text: { format: { type: 'json_schema', ...format } },
      });
      expect(response.output_parsed).toEqual({ euros: 3 });
    });

    it('gathers parallel calls of a stream, at both doors', async () => {
      world.upstream.answerWith({ text: 'Let me look.', calls, end: 'calls' });
      const clients = openClients(world.gateway.url, world.token.key, Sdk);
      const asked = { turns: [{ from: 'user' as const, text: 'Weather?' }] };
      for (const client of clients.slice(0, 2)) {
        const got = await client.ask(world.modelOf(kind), asked, true);
        expect(got).toMatchObject({
          text: 'Let me look.',
          calls: calls.map(({ name, input }) => ({ name, input })),
          input: bill.input,
          output: bill.output,
        });
      }
    });
  });

  it.each([
    [400, 'BadRequestError', 400],
    [401, 'InternalServerError', 502],
    [429, 'RateLimitError', 429],
    [500, 'InternalServerError', 500],
  ] as const)('knows an upstream’s %d by its class', async (status, name, own) => {
    world.upstream.answerWith({ end: 'stop' }, { anthropic: { status } });
    const asking = open().chat.completions.create({ model: 'model-anthropic', messages });
    await expect(asking).rejects.toThrow(Sdk[name]);
    await expect(asking).rejects.toMatchObject({
      status: own,
      requestID: expect.stringMatching(/./) as unknown,
    });
  });

  it('is told of a wrong key and a wrong model, and does not try again', async () => {
    const stranger = open('sk-unknown', 3).chat.completions.create({ model: 'm', messages });
    await expect(stranger).rejects.toThrow(Sdk.AuthenticationError);
    const astray = open(world.token.key, 3).responses.create({ model: 'no-such', input: 'Hi' });
    await expect(astray).rejects.toThrow(Sdk.NotFoundError);
  });

  it('does not ask again for what is not offered', async () => {
    world.upstream.answerWith({ end: 'stop' });
    const startedAt = Date.now();
    await expect(open(world.token.key, 3).files.list()).rejects.toMatchObject({ status: 501 });
    // Three more calls would take a second and a half of pauses at least.
    expect(Date.now() - startedAt).toBeLessThan(1400);
  });
});
