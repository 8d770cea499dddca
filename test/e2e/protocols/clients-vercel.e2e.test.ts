import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateText, Output, stepCountIs, streamText, tool, type LanguageModel } from 'ai';
import { z } from 'zod';
import {
  startProtocolWorld,
  upstreamKinds,
  type ProtocolWorld,
} from '../../support/protocols/protocol-world.ts';
import { bill, type Answer } from '../../support/protocols/scene.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
});
afterAll(() => world.stopAll());

const providers: Readonly<Record<string, (model: string) => LanguageModel>> = {
  'openai (Responses)': (model) => openai()(model),
  'openai (chat)': (model) => openai().chat(model),
  'openai-compatible': (model) =>
    createOpenAICompatible({
      name: 'gateway',
      baseURL: `${world.gateway.url}/v1`,
      apiKey: world.token.key,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })(model),
  anthropic: (model) =>
    createAnthropic({ baseURL: `${world.gateway.url}/v1`, apiKey: world.token.key })(model),
  google: (model) =>
    createGoogleGenerativeAI({
      baseURL: `${world.gateway.url}/v1beta`,
      apiKey: world.token.key,
    })(model),
};

function openai(): ReturnType<typeof createOpenAI> {
  return createOpenAI({ baseURL: `${world.gateway.url}/v1`, apiKey: world.token.key });
}

const maxRetries = 0;
const words: Answer = { text: 'Ein Zoll für die Straße. 🛣️', end: 'stop' };
const wantsWeather: Answer = {
  text: 'Let me look.',
  calls: [{ id: 'call_paris1', name: 'get_weather', input: { city: 'Paris' } }],
  end: 'calls',
};
const pairs = Object.entries(providers).flatMap(([provider, open]) =>
  upstreamKinds.map((kind) => ({ provider, open, kind })),
);

describe.each(pairs)(
  "Vercel's SDK, provider $provider, at $kind.name",
  ({ provider, open, kind }) => {
    const model = (): LanguageModel => open(world.modelOf(kind));

    it('generates text', async () => {
      world.upstream.answerWith(words);
      const { text, usage, finishReason } = await generateText({
        model: model(),
        system: 'Answer briefly.',
        prompt: 'What is a toll?',
        maxRetries,
      });
      expect({ text, finishReason }).toEqual({ text: words.text, finishReason: 'stop' });
      expect(usage).toMatchObject({ inputTokens: bill.input, outputTokens: bill.output });
    });

    it('streams text', async () => {
      world.upstream.answerWith({ ...words, thoughts: 'Hm.' });
      const errors: unknown[] = [];
      const result = streamText({
        model: model(),
        prompt: 'What is a toll?',
        maxRetries,
        onError({ error }) {
          errors.push(error);
        },
      });
      const pieces: string[] = [];
      for await (const piece of result.textStream) pieces.push(piece);
      expect(errors).toEqual([]);
      expect(pieces.join('')).toBe(words.text);
      expect(await result.finishReason).toBe('stop');
      expect(await result.usage).toMatchObject({
        inputTokens: bill.input,
        outputTokens: bill.output,
      });
    });

    it('generates objects', async () => {
      world.upstream.answerWith({ text: '{"euros":3}', end: 'stop' });
      const { output } = await generateText({
        model: model(),
        output: Output.object({ schema: z.object({ euros: z.number() }) }),
        prompt: 'A toll as JSON.',
        maxRetries,
      });
      expect(output).toEqual({ euros: 3 });
    });

    it('calls tools, and goes on with what they say', async () => {
      world.upstream.answerWith(wantsWeather);
      const asked: unknown[] = [];
      const errors: unknown[] = [];
      const result = streamText({
        model: model(),
        prompt: 'Weather in Paris?',
        maxRetries,
        onError({ error }) {
          errors.push(error);
        },
        stopWhen: stepCountIs(3),
        tools: {
          get_weather: tool({
            description: 'Tells the weather.',
            inputSchema: z.object({ city: z.string() }),
            execute(input) {
              asked.push(input);
              world.upstream.answerWith({ text: 'Sunny.', end: 'stop' });
              return { sky: 'very sunny there' };
            },
          }),
        },
      });
      expect(await result.text).toBe('Sunny.');
      expect(errors).toEqual([]);
      expect(asked).toEqual([{ city: 'Paris' }]);
      const [second] = world.upstream.requests;
      // What the vendor keeps is only named, and goes to it as it is.
      const isKept = provider === 'openai (Responses)' && kind.name === 'responses';
      expect(second?.text).toContain(isKept ? '"item_reference"' : 'Let me look.');
      expect(second?.text).toContain('very sunny there');
    });
  },
);
