import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { generateText, streamText } from 'ai';
import {
  hostedVendors,
  startHostedWorld,
  type HostedWorld,
} from '../../support/protocols/hosted-world.ts';

jest.setTimeout(60_000);

let hosted: HostedWorld;
beforeAll(async () => {
  hosted = await startHostedWorld();
});
afterAll(() => hosted.stop());

/** They read every event by a closed list of shapes. */
describe.each([true, false])('what an upstream ran itself, stream: %s', (isStream) => {
  it.each(hostedVendors)('is read by Vercel’s clients from %s', async (vendor) => {
    const baseURL = `${hosted.world.gateway.url}/v1`;
    const apiKey = hosted.world.token.key;
    const name = hosted.modelOf(vendor);
    const models = [
      { of: 'anthropic', model: createAnthropic({ apiKey, baseURL })(name) },
      { of: 'openai-responses', model: createOpenAI({ apiKey, baseURL }).responses(name) },
    ];
    for (const { of, model } of models) {
      // Its own vendor's bytes come to each as they are.
      if (of === vendor) continue;
      const asking = { model, prompt: 'How deep?', maxRetries: 0, maxOutputTokens: 500 };
      const { text, sources } = isStream ? streamText(asking) : await generateText(asking);
      expect(await text).toMatch(/^Seven metres deep\./);
      expect(await sources).toEqual(
        expect.arrayContaining([expect.objectContaining({ url: 'https://sea.example/bay' })]),
      );
    }
  });
});
