import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import {
  hasRecorded,
  readRecorded,
} from '../../../packages/adaptors/src/families/testing/recorded.ts';
import { startScriptedUpstream, type ScriptedUpstream } from '../../support/scripted-upstream.ts';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

const model = 'rec-instruct';
const asked = { model, prompt: 'Invent a new holiday.', max_tokens: 16 };
// 14 tokens in, 16 out at twice the price.
const cost = 46;

let world: World;
let upstream: ScriptedUpstream;
beforeAll(async () => {
  if (!hasRecorded) return;
  [world, upstream] = await Promise.all([startWorld(), startScriptedUpstream()]);
  await world.admin.setOption('ModelRatio', { [model]: 1 });
  await world.admin.setOption('CompletionRatio', { [model]: 2 });
  await world.admin.createChannel({ name: 'old', baseUrl: upstream.url, models: [model] });
  const folder = 'openai/completion/openai-completion-text';
  const lines = readRecorded(`${folder}.chunks.txt`).toString().split('\n').filter(Boolean);
  upstream.answer(({ body }) =>
    body['stream'] === true
      ? { frames: [...lines, '[DONE]'].map((line) => `data: ${line}\n\n`) }
      : { json: JSON.parse(readRecorded(`${folder}.json`).toString()) as unknown },
  );
});
afterAll(async () => {
  if (!hasRecorded) return;
  await world.stop();
  await upstream.close();
});

async function spend(ask: () => Promise<void>): Promise<number> {
  const before = await world.admin.getSelf();
  await ask();
  return (await world.admin.getSelf()).used_quota - before.used_quota;
}

(hasRecorded ? describe : describe.skip)('a recorded answer of the old completions', () => {
  it('comes whole, and costs what its upstream counted', async () => {
    const spent = await spend(async () => {
      const { choices, usage } = await world.openai.completions.create(asked);
      expect(choices[0]).toMatchObject({
        text: expect.stringContaining('"Gratitude Day"'),
        finish_reason: 'length',
      });
      expect(usage).toMatchObject({ prompt_tokens: 14, completion_tokens: 16 });
    });
    expect(spent).toBe(cost);
  });

  it.each([true, false])(
    'streams; with the figures where they are asked for: %s',
    async (wants) => {
      const spent = await spend(async () => {
        const stream = await world.openai.completions.create({
          ...asked,
          stream: true,
          ...(wants && { stream_options: { include_usage: true } }),
        });
        let text = '';
        const figures: unknown[] = [];
        for await (const { choices, usage } of stream) {
          text += choices[0]?.text ?? '';
          if (usage) figures.push(usage.total_tokens);
        }
        expect(text).toMatch(/^The holiday is called ".*dedicated to$/s);
        expect(figures).toEqual(wants ? [30] : []);
      });
      expect(spent).toBe(cost);
      expect(upstream.requests.at(-1)?.body).toMatchObject({
        stream_options: { include_usage: true },
      });
    },
  );
});
