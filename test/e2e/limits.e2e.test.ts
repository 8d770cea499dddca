import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { openSdk, startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const chatUrl = (): string => `${world.gateway.url}/v1/chat/completions`;

/** What one request of this kind costs. */
async function measureCost(): Promise<number> {
  const user = await world.admin.createUser({ username: 'measure', quota: 100_000 });
  const token = await user.createToken();
  await openSdk(world.gateway, token.key).chat.completions.create(hello);
  return (await user.getSelf()).used_quota;
}

describe('limits per minute', () => {
  it('are told with each answer, whole or streamed, and with the refusal', async () => {
    const token = await world.admin.createToken({ requests_per_minute: 2 });

    const first = await postJson(chatUrl(), token.key, hello);
    const second = await postJson(chatUrl(), token.key, { ...hello, stream: true });
    await second.text();
    const third = await postJson(chatUrl(), token.key, hello);

    expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
    const remaining = [first, second, third].map(({ headers }) => [
      headers.get('x-ratelimit-limit-requests'),
      headers.get('x-ratelimit-remaining-requests'),
    ]);
    expect(remaining).toEqual([
      ['2', '1'],
      ['2', '0'],
      ['2', '0'],
    ]);
    expect(first.headers.get('x-ratelimit-reset-requests')).toMatch(/^1m[\d.]+s$/);
    expect(first.headers.get('x-ratelimit-limit-tokens')).toBeNull();
    expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await third.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } });
  });

  it('are not told where there are none', async () => {
    const { headers } = await postJson(chatUrl(), world.token.key, hello);

    expect([...headers.keys()].filter((name) => name.startsWith('x-ratelimit'))).toEqual([]);
  });
});

describe('a budget for a day', () => {
  it('holds among parallel requests of an unlimited token, and counts what was charged', async () => {
    const cost = await measureCost();
    const user = await world.admin.createUser({ username: 'budget', quota: 10_000_000 });
    const token = await user.createToken({ name: 'daily', quota_per_day: cost * 200 });

    const statuses: number[] = [];
    const ask = async (): Promise<void> => {
      const body = { ...hello, max_tokens: 16, ...simulate({ latency: 50 }) };
      const { status } = await postJson(chatUrl(), token.key, body);
      statuses.push(status);
    };
    for (let round = 0; round < 20; round += 1) await Promise.all(Array.from({ length: 20 }, ask));

    const { used_quota: used, ...counted } = await user.getToken(token.id);
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(used).toBeLessThanOrEqual(cost * 200);
    expect(used).toBeGreaterThan(cost * 100);
    expect(counted).toMatchObject({ spent_today: used, spent_this_month: used });
  });

  it('is refused with a code of its own that is not to be retried, and can be raised', async () => {
    const user = await world.admin.createUser({ username: 'raised', quota: 10_000_000 });
    const token = await user.createToken();
    await world.admin.call('PUT', '/api/user/', { id: user.user.id, quota_per_month: 1 });

    const refused = await postJson(chatUrl(), token.key, hello);

    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(await refused.json()).toMatchObject({
      error: { code: 'budget_exhausted', type: 'insufficient_quota' },
    });
    await world.admin.call('PUT', '/api/user/', { id: user.user.id, quota_per_month: 0 });
    expect((await postJson(chatUrl(), token.key, hello)).status).toBe(200);
  });
});

describe('a refund', () => {
  it('gives back what one request cost, once, at once', async () => {
    const user = await world.admin.createUser({ username: 'refund', quota: 100_000 });
    const token = await user.createToken({ unlimited_quota: false, remain_quota: 50_000 });
    const { headers } = await postJson(chatUrl(), token.key, hello);
    const requestId = headers.get('x-request-id') ?? '';
    const { used_quota: cost } = await user.getSelf();

    const refund = () => world.admin.call('POST', `/api/log/${requestId}/refund`);
    expect(await refund()).toMatchObject({ quota: cost, is_repeated: false });
    expect(await refund()).toMatchObject({ quota: cost, is_repeated: true });

    expect(await user.getSelf()).toMatchObject({ quota: 100_000, used_quota: cost });
    expect(await user.getToken(token.id)).toMatchObject({ remain_quota: 50_000 });
    expect(await user.call('GET', '/api/user/self/quota-entries')).toMatchObject([
      { delta: cost, reason: 'refund', reference: `refund:user:${requestId}` },
      { delta: 100_000, reason: 'admin-edit' },
    ]);
  });
});

describe('a redemption code', () => {
  it('adds quota that can be spent at once, and works once', async () => {
    const [code] = (await world.admin.call('POST', '/api/redemption/', {
      ...{ name: 'gift', quota: 50_000, count: 1 },
    })) as string[];
    const user = await world.admin.createUser({ username: 'redeem' });
    const token = await user.createToken();
    expect((await postJson(chatUrl(), token.key, hello)).status).toBe(403);

    expect(await user.call('POST', '/api/user/topup', { key: code })).toBe(50_000);

    expect((await postJson(chatUrl(), token.key, hello)).status).toBe(200);
    await expect(user.call('POST', '/api/user/topup', { key: code })).rejects.toThrow(
      'Redeeming failed',
    );
  });
});
