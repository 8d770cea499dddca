import { beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
let key: string;
beforeEach(async () => {
  test = await openMaster();
  const { body } = await test
    .as('alice')
    .post('/api/token/')
    .send({ name: 'chat', remain_quota: 750_000, expired_time: 1_900_000_000 });
  key = body.data.key;
  test.apiTokens.rows.get(body.data.id)!.usedQuota = 250_000;
  Object.assign(test.users.rows.get(3)!, { quota: 1_000_000, usedQuota: 500_000 });
});

const get = (path: string, authorization = `Bearer sk-${key}`) =>
  request(test.master.router).get(path).set('authorization', authorization);
const prefixes = ['/dashboard/billing', '/v1/dashboard/billing'];

describe.each(prefixes)('%s', (prefix) => {
  it('tells the limits and the use of the key, in dollars and cents', async () => {
    const subscription = await get(`${prefix}/subscription`);
    const usage = await get(`${prefix}/usage?start_date=2026-01-01&end_date=2026-02-01`);

    expect(subscription.body).toEqual({
      object: 'billing_subscription',
      has_payment_method: true,
      soft_limit_usd: 2,
      hard_limit_usd: 2,
      system_hard_limit_usd: 2,
      access_until: 1_900_000_000,
    });
    expect(usage.body).toEqual({ object: 'list', total_usage: 50 });
  });

  it('answers web pages of other sites, which send no cookie', async () => {
    const answer = await get(`${prefix}/usage`).set('origin', 'https://chat.example');
    expect(answer.headers['access-control-allow-origin']).toBe('*');
    const preflight = await request(test.master.router)
      .options(`${prefix}/usage`)
      .set('access-control-request-headers', 'authorization');
    expect([preflight.status, preflight.headers['access-control-allow-headers']]).toEqual([
      204,
      'authorization',
    ]);
  });

  it('refuses a bad key, an unknown path, and too many requests in OpenAI’s form', async () => {
    const { status, body } = await get(`${prefix}/usage`, 'Bearer sk-unknown');
    expect([status, body.error.code, body.error.type]).toEqual([
      401,
      'invalid_api_key',
      'invalid_request_error',
    ]);
    expect((await get(`${prefix}/credit_grants`)).status).toBe(404);

    test = await openMaster({ globalApiRateLimit: 1 });
    await test.anonymous.get('/api/status');
    const limited = await get(`${prefix}/usage`);
    expect([limited.status, limited.body.error.code]).toEqual([429, 'too_many_requests']);
  });
});

describe('by option', () => {
  it('tells of the user, with what was spent', async () => {
    test.stored['DisplayTokenStatEnabled'] = 'false';

    expect((await get('/dashboard/billing/subscription')).body).toMatchObject({
      hard_limit_usd: 3,
      access_until: 0,
    });
    expect((await get('/dashboard/billing/usage')).body.total_usage).toBe(100);
  });

  it('tells quota units', async () => {
    test.stored['DisplayInCurrencyEnabled'] = 'false';

    expect((await get('/dashboard/billing/subscription')).body.hard_limit_usd).toBe(1_000_000);
    expect((await get('/dashboard/billing/usage')).body.total_usage).toBe(25_000_000);
  });

  it('has a large number for a token without a limit', async () => {
    Object.assign(test.apiTokens.rows.get(1)!, { unlimitedQuota: true, expiredTime: -1 });

    expect((await get('/dashboard/billing/subscription')).body).toMatchObject({
      hard_limit_usd: 100_000_000,
      access_until: 0,
    });
  });
});
