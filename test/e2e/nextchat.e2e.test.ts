import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const origin = 'https://chat.example';

/** A page asks: what it may read of the answer is what the gateway allows. */
function ask(path: string, key = world.token.key): Promise<Response> {
  return fetch(world.gateway.url + path, {
    headers: { origin, authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  });
}

describe('NextChat, which runs in a browser', () => {
  it.each([
    '/v1/chat/completions',
    '/v1/models',
    '/v1/responses',
    '/v1/messages',
    '/v1beta/models/m:streamGenerateContent',
    '/dashboard/billing/usage',
    '/dashboard/billing/subscription',
    '/v1/dashboard/billing/usage',
  ])('may send what it and the SDKs send to %s', async (path) => {
    const asked = [
      'authorization',
      'content-type',
      'x-requested-with',
      'x-stainless-lang',
      'x-stainless-package-version',
      'x-stainless-os',
      'x-stainless-arch',
      'x-stainless-runtime',
      'x-stainless-runtime-version',
      'x-stainless-retry-count',
      'x-stainless-timeout',
      'x-stainless-helper-method',
    ].join(', ');
    const answer = await fetch(world.gateway.url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': path.includes('billing') ? 'GET' : 'POST',
        'access-control-request-headers': asked,
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toMatch(
      /^(\*|https:\/\/chat\.example)$/,
    );
    expect(answer.headers.get('access-control-allow-headers')).toBe(asked);
    expect(answer.headers.get('access-control-allow-methods')).toContain(
      path.includes('billing') ? 'GET' : 'POST',
    );
  });

  it.each(['', '/v1'])('reads its balance behind %s/dashboard/billing', async (prefix) => {
    const { key } = await world.admin.createToken({
      name: `nextchat${prefix}`,
      unlimited_quota: false,
      remain_quota: 500_000,
    });
    const sent = await postJson(`${world.gateway.url}/v1/chat/completions`, key, {
      ...hello,
      ...simulate({ chunks: 40 }),
    });
    expect(sent.status).toBe(200);

    const subscription = await ask(`${prefix}/dashboard/billing/subscription`, key);
    const month = '?start_date=2026-11-01&end_date=2026-12-01';
    const usage = await ask(`${prefix}/dashboard/billing/usage${month}`, key);

    for (const answer of [subscription, usage]) {
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBeTruthy();
    }
    const { hard_limit_usd: limit } = (await subscription.json()) as { hard_limit_usd: number };
    const { total_usage: cents } = (await usage.json()) as { total_usage: number };
    // 500 000 of quota are a dollar; the page shows what is left as limit less usage.
    expect(limit).toBeCloseTo(1, 5);
    expect(cents).toBeGreaterThan(0);
    expect(limit - cents / 100).toBeLessThan(1);
  });

  it('is told what is wrong with its key in words that it can read', async () => {
    const answer = await ask('/dashboard/billing/usage', 'sk-unknown');
    expect(answer.headers.get('access-control-allow-origin')).toBeTruthy();
    expect(await answer.json()).toHaveProperty('error.message', expect.stringMatching(/./));
  });
});
