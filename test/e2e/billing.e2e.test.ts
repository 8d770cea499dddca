import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { LogRow } from '../support/admin-client.mjs';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { openSdk, startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(120_000);

const modelRatio = 2;
const completionRatio = 5;
const priceOf = (prompt: number, completion: number): number =>
  Math.ceil((prompt + completion * completionRatio) * modelRatio);

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.admin.setOption('ModelRatio', { 'gpt-4o-mini': modelRatio });
  await world.admin.setOption('CompletionRatio', { 'gpt-4o-mini': completionRatio });
});
afterAll(() => world.stop());

const chatUrl = (): string => `${world.gateway.url}/v1/chat/completions`;

async function rowOf(id: string): Promise<LogRow | undefined> {
  const rows = await world.admin.listLogs('type=2');
  return rows.find(({ request_id }) => request_id === id);
}

describe('an exact bill', () => {
  it('charges user, token and channel the price of the reported usage, once', async () => {
    const user = await world.admin.createUser({ username: 'exact', quota: 100_000 });
    const token = await user.createToken({ unlimited_quota: false, remain_quota: 50_000 });
    const channelBefore = await world.admin.getChannel(world.channel.id);
    const client = openSdk(world.gateway, token.key);
    let expected = 0;
    for (let chunks = 1; chunks <= 10; chunks++) {
      const { usage } = await client.chat.completions.create({ ...hello, ...simulate({ chunks }) });
      expected += priceOf(usage!.prompt_tokens, usage!.completion_tokens);
    }
    expect(await user.getSelf()).toMatchObject({
      quota: 100_000 - expected,
      used_quota: expected,
      request_count: 10,
    });
    expect(await user.getToken(token.id)).toMatchObject({
      remain_quota: 50_000 - expected,
      used_quota: expected,
    });
    const channel = await world.admin.getChannel(world.channel.id);
    expect(channel.used_quota - channelBefore.used_quota).toBe(expected);
  });

  it('multiplies by the ratio of the user’s group', async () => {
    await world.admin.setOption('GroupRatio', { default: 1, vip: 0.5 });
    await world.admin.createChannel({
      name: 'for-vips',
      baseUrl: world.provider.url,
      models: 'gpt-4o-mini',
      group: 'vip',
    });
    const user = await world.admin.createUser({ username: 'vip', quota: 100_000, group: 'vip' });
    const { key } = await user.createToken();
    const { usage } = await openSdk(world.gateway, key).chat.completions.create(hello);
    const full = priceOf(usage!.prompt_tokens, usage!.completion_tokens);
    expect((await user.getSelf()).used_quota).toBe(Math.ceil(full / 2));
  });

  it('bills the next request of an honest client by its real balance, not by old estimates', async () => {
    const user = await world.admin.createUser({ username: 'honest', quota: 0 });
    const { key } = await user.createToken();
    const client = openSdk(world.gateway, key);
    const request = { ...hello, max_tokens: 12 };
    const price = priceOf(40, 12);
    await world.admin.call('PUT', '/api/user/', {
      id: user.user.id,
      username: 'honest',
      quota: price * 20,
    });
    for (let call = 0; call < 20; call++) await client.chat.completions.create(request);
    expect((await user.getSelf()).request_count).toBe(20);
  });
});

describe('a client that leaves', () => {
  it.each([0, 1, 3, 7, 11])(
    'in the middle of a stream, after %i chunks, is billed',
    async (seen) => {
      const abort = new AbortController();
      const answer = await fetch(chatUrl(), {
        method: 'POST',
        signal: abort.signal,
        headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...hello, stream: true, ...simulate({ chunks: 12, delay: 15 }) }),
      });
      const id = answer.headers.get('x-request-id') ?? '';
      let text = '';
      try {
        for await (const bytes of answer.body as unknown as AsyncIterable<Uint8Array>) {
          text += Buffer.from(bytes).toString('latin1');
          if (text.split('"delta":{"content":"').length - 1 > seen) abort.abort();
        }
      } catch (error) {
        expect((error as Error).name).toBe('AbortError');
      }
      const row = await waitFor('the bill of the aborted stream', () => rowOf(id));
      const served = await waitFor('the end of the upstream request', () => {
        const found = world.provider.requests.list(0, 10_000).find((one) => one.requestId === id);
        return found?.end === 'running' ? undefined : found;
      });
      expect(row.quota).toBeGreaterThanOrEqual(priceOf(0, seen));
      expect(row.quota).toBeLessThanOrEqual(
        priceOf(served.promptTokens + 12, Math.max(served.tokensWritten, seen)),
      );
      const all = await world.admin.listLogs('type=2');
      expect(all.filter(({ request_id }) => request_id === id)).toHaveLength(1);
    },
  );

  it('before any answer holds no quota any longer', async () => {
    const user = await world.admin.createUser({ username: 'impatient', quota: 20_000 });
    const { key } = await user.createToken();
    for (let call = 0; call < 20; call++) {
      const abort = new AbortController();
      const request = fetch(chatUrl(), {
        method: 'POST',
        signal: abort.signal,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ ...hello, max_tokens: 500, ...simulate({ latency: 2000 }) }),
      });
      await waitFor('the upstream request', () =>
        world.provider.requests.list(0, 10_000).some(({ end }) => end === 'running'),
      );
      abort.abort();
      await expect(request).rejects.toThrow();
    }
    const answer = await waitFor('quota for one more request', async () => {
      const next = await postJson(chatUrl(), key, { ...hello, max_tokens: 500 });
      await next.text();
      return next.status === 200 && next;
    });
    expect(answer.status).toBe(200);
  });
});

interface Answered {
  usage: { prompt_tokens: number; completion_tokens: number };
  choices: { finish_reason: string }[];
}

describe('a hard budget', () => {
  beforeAll(() => world.admin.setOption('HardBudgetEnabled', 'true'));
  afterAll(() => world.admin.setOption('HardBudgetEnabled', 'false'));

  it('serves at most 20 of 200 parallel requests that a token can pay 20 of', async () => {
    const user = await world.admin.createUser({ username: 'crowd', quota: 10_000_000 });
    const { promptTokens } = await servedPrompt(world);
    // Answers of the least length that is worth one: none of them can be clamped to make room for more.
    const least = 16;
    const price = priceOf(promptTokens, least);
    const token = await user.createToken({ unlimited_quota: false, remain_quota: price * 20 });
    const body = { ...hello, max_tokens: least, ...simulate({ chunks: least, latency: 300 }) };
    const answers = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const answer = await postJson(chatUrl(), token.key, body);
        return { status: answer.status, body: (await answer.json()) as Answered };
      }),
    );
    const served = answers.filter(({ status }) => status === 200);
    expect(served.length).toBeGreaterThan(0);
    expect(served.length).toBeLessThanOrEqual(20);
    expect(answers.every(({ status }) => status === 200 || status === 403)).toBe(true);
    const after = await user.getToken(token.id);
    expect(after.remain_quota).toBeGreaterThanOrEqual(0);
    expect(after.remain_quota + after.used_quota).toBe(price * 20);
    const prices = served.map(({ body: { usage } }) =>
      priceOf(usage.prompt_tokens, usage.completion_tokens),
    );
    expect(after.used_quota).toBe(prices.reduce((sum, one) => sum + one, 0));
  });

  it('ends a stream with "length" when nothing is left, never below zero', async () => {
    const user = await world.admin.createUser({ username: 'streamer', quota: 10_000_000 });
    const quota = priceOf(400, 1500);
    const token = await user.createToken({ unlimited_quota: false, remain_quota: quota });
    const answer = await postJson(chatUrl(), token.key, {
      ...hello,
      stream: true,
      ...simulate({ chunks: 4000 }),
    });
    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text.slice(-600)).toContain('"finish_reason":"length"');
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    const row = await waitFor('the bill', () => rowOf(answer.headers.get('x-request-id') ?? ''));
    const after = await user.getToken(token.id);
    expect(row.quota).toBeLessThanOrEqual(quota);
    expect(after.remain_quota).toBeGreaterThanOrEqual(0);
  });

  it('tells the upstream how much is still paid for', async () => {
    const user = await world.admin.createUser({ username: 'clamped', quota: 10_000_000 });
    const quota = priceOf(300, 100);
    const token = await user.createToken({ unlimited_quota: false, remain_quota: quota });
    const answer = await postJson(chatUrl(), token.key, {
      ...hello,
      ...simulate({ chunks: 2000 }),
    });
    const body = (await answer.json()) as Answered;
    expect(answer.status).toBe(200);
    expect(body.choices[0]?.finish_reason).toBe('length');
    expect(body.usage.completion_tokens).toBeLessThan(300);
    expect((await user.getToken(token.id)).remain_quota).toBeGreaterThanOrEqual(0);
  });

  it('refuses what it could not pay for at all', async () => {
    const user = await world.admin.createUser({ username: 'beggar', quota: 10_000_000 });
    const token = await user.createToken({ unlimited_quota: false, remain_quota: priceOf(10, 5) });
    const answer = await postJson(chatUrl(), token.key, hello);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: 'insufficient_token_quota' } });
  });
});

async function servedPrompt(of: World): Promise<{ promptTokens: number }> {
  await of.openai.chat.completions.create(hello);
  const last = of.provider.requests.list(0, 10_000).at(-1);
  return { promptTokens: last?.promptTokens ?? 0 };
}

describe('edits of balances while requests run', () => {
  it('loses neither the edit nor the charge', async () => {
    const user = await world.admin.createUser({ username: 'edited', quota: 1_000_000 });
    const { key } = await user.createToken();
    const { id } = user.user;
    const client = openSdk(world.gateway, key);
    const calls = Array.from({ length: 40 }, () =>
      client.chat.completions.create({ ...hello, ...simulate({ latency: 5 }) }),
    );
    const topUps = Array.from({ length: 10 }, () =>
      world.admin.call('POST', '/api/topup', { user_id: id, quota: 1000 }),
    );
    const answers = await Promise.all(calls);
    await Promise.all(topUps);
    const spent = answers.reduce(
      (sum, { usage }) => sum + priceOf(usage!.prompt_tokens, usage!.completion_tokens),
      0,
    );
    expect(await user.getSelf()).toMatchObject({
      quota: 1_000_000 + 10_000 - spent,
      used_quota: spent,
      request_count: 40,
    });
  });
});

describe('requests that were refused', () => {
  it('leave a log row with the reason when that is switched on', async () => {
    await world.admin.setOption('LogErrorEnabled', 'true');
    const answer = await postJson(chatUrl(), world.token.key, {
      ...hello,
      ...simulate({ status: 400 }),
    });
    await answer.text();
    const id = answer.headers.get('x-request-id');
    const row = await waitFor('the error row', async () => {
      const rows = await world.admin.listLogs('type=6');
      return rows.find(({ request_id }) => request_id === id);
    });
    expect(row).toMatchObject({
      quota: 0,
      content: expect.stringContaining('unsupported_parameter'),
    });
  });
});
