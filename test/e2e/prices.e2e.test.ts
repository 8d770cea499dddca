import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

async function chargeOf(model: string): Promise<number> {
  const before = await world.admin.getSelf();
  const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
    ...hello,
    model,
    ...simulate({ chunks: 1000 }),
  });
  await answer.text();
  expect(answer.status).toBe(200);
  return (await world.admin.getSelf()).used_quota - before.used_quota;
}

const promptTokens = 10;

describe('prices', () => {
  it('are right for a known model without any setting: $0.15 and $0.60 a million', async () => {
    const dollars = (promptTokens * 0.15 + 1000 * 0.6) / 1e6;
    expect(await chargeOf('gpt-4o-mini')).toBe(Math.ceil(dollars * 500_000 - 1e-9));
  });

  it.each(['ModelRatio', 'CompletionRatio', 'GroupRatio'])(
    'survive that a client writes the whole %s back as it read it',
    async (name) => {
      const before = await chargeOf('gpt-4o');
      const text = await world.admin.getOption(name);
      expect(JSON.parse(text ?? '')).toEqual(expect.any(Object));
      await world.admin.setOption(name, text);
      expect(JSON.parse((await world.admin.getOption(name)) ?? '')).toEqual(JSON.parse(text ?? ''));
      expect(await chargeOf('gpt-4o')).toBe(before);
    },
  );

  it('change with one entry of the map, and only for that model', async () => {
    const other = await chargeOf('gpt-4o');
    const ratios = JSON.parse((await world.admin.getOption('ModelRatio')) ?? '{}') as object;
    const completion = JSON.parse(
      (await world.admin.getOption('CompletionRatio')) ?? '{}',
    ) as object;
    await world.admin.setOption('ModelRatio', { ...ratios, 'gpt-4o-mini': 3 });
    await world.admin.setOption('CompletionRatio', { ...completion, 'gpt-4o-mini': 2 });
    expect(await chargeOf('gpt-4o-mini')).toBe((promptTokens + 2 * 1000) * 3);
    expect(await chargeOf('gpt-4o')).toBe(other);
  });

  it('are refused where they are negative, absurd or no numbers, and the old ones stay', async () => {
    const before = await world.admin.getOption('ModelRatio');
    for (const bad of [
      '{"gpt-4o":-1}',
      '{"gpt-4o":1e300}',
      '{"gpt-4o":"two"}',
      '[]',
      '{',
      'null',
    ]) {
      await expect(world.admin.setOption('ModelRatio', bad)).rejects.toThrow();
    }
    expect(await world.admin.getOption('ModelRatio')).toBe(before);
  });

  it('are never guessed: a model without one is refused and reaches no upstream', async () => {
    await world.admin.createChannel({
      name: 'unpriced',
      baseUrl: world.provider.url,
      models: 'a-model-nobody-priced',
    });
    const count = world.provider.requests.count;
    const answer = await postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, {
      ...hello,
      model: 'a-model-nobody-priced',
    });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ error: { code: 'model_not_priced' } });
    expect(world.provider.requests.count).toBe(count);
  });

  it('of cached tokens keep their proportion', async () => {
    const request = { ...hello, model: 'gpt-4o', ...simulate({ chunks: 1, cached: 8 }) };
    const before = await world.admin.getSelf();
    const url = `${world.gateway.url}/v1/chat/completions`;
    await (await postJson(url, world.token.key, request)).text();
    const charged = (await world.admin.getSelf()).used_quota - before.used_quota;
    // $2.50 a million, half of it for cached tokens, $10 for output
    const dollars = ((promptTokens - 8) * 2.5 + 8 * 1.25 + 10) / 1e6;
    expect(charged).toBe(Math.ceil(dollars * 500_000 - 1e-9));
  });
});
