import { describe, expect, it } from '@jest/globals';
import type { BalanceAnswer, BalanceRequest } from '@turnpike/core';
import { findBalanceQuery } from './balance-queries.ts';

/** Noon in every time zone's same month. */
const NOW = Date.UTC(2026, 4, 15, 12);

function ask(
  channelType: number,
  bodies: readonly unknown[],
  baseUrl = '',
): { requests: BalanceRequest[]; answer: BalanceAnswer } {
  const query = findBalanceQuery(channelType)!({ baseUrl, key: 'sk-k y', now: NOW });
  const requests: BalanceRequest[] = [];
  let step = query.next();
  for (const body of bodies) {
    if (step.done === true) break;
    requests.push(step.value);
    step = query.next(body);
  }
  if (step.done !== true) throw new Error('it wants another answer');
  return { requests, answer: step.value };
}

const bearer = { authorization: 'Bearer sk-k y' };

describe('findBalanceQuery', () => {
  it.each([
    [
      4,
      'https://api.closeai-proxy.xyz/dashboard/billing/credit_grants',
      { total_available: 7.5 },
      7.5,
    ],
    [12, 'https://api.api2gpt.com/dashboard/billing/credit_grants', { total_remaining: 8 }, 8],
    [13, 'https://api.aigc2d.com/dashboard/billing/credit_grants', { total_available: 0 }, 0],
    [
      20,
      'https://openrouter.ai/api/v1/credits',
      { data: { total_credits: 100, total_usage: 25.5 } },
      74.5,
    ],
    [
      36,
      'https://api.deepseek.com/user/balance',
      {
        is_available: true,
        balance_infos: [
          { currency: 'USD', total_balance: '3.00' },
          { currency: 'CNY', total_balance: '110.00', granted_balance: '10.00' },
        ],
      },
      110,
    ],
    [
      36,
      'https://api.deepseek.com/user/balance',
      { balance_infos: [{ currency: 'USD', total_balance: '3.50' }] },
      3.5,
    ],
    [
      44,
      'https://api.siliconflow.cn/v1/user/info',
      {
        code: 20000,
        message: 'OK',
        status: true,
        data: { balance: '0.88', totalBalance: '88.88' },
      },
      88.88,
    ],
  ])('of type %i asks %s and reads the balance', (channelType, url, body, balance) => {
    const { requests, answer } = ask(channelType, [body]);
    expect(requests).toEqual([{ url, headers: bearer }]);
    expect(answer).toEqual({ balance });
  });

  it('of OpenAI-SB sends the key in the address only', () => {
    const { requests, answer } = ask(5, [{ data: { credit: '12345.6' } }]);
    expect(requests).toEqual([
      { url: 'https://api.openai-sb.com/sb-api/user/status?api_key=sk-k%20y', headers: {} },
    ]);
    expect(answer).toEqual({ balance: 12345.6 });
  });

  it('of AI Proxy asks the host of the accounts, with a header of its own', () => {
    const { requests, answer } = ask(10, [{ success: true, data: { totalPoints: 42 } }]);
    expect(requests).toEqual([
      { url: 'https://aiproxy.io/api/report/getUserOverview', headers: { 'api-key': 'sk-k y' } },
    ]);
    expect(answer).toEqual({ balance: 42 });
  });

  it.each([
    [true, '2026-05-01'],
    [false, '2026-02-04'],
  ])('of OpenAI subtracts what was used; with a payment method (%p) since %s', (has, from) => {
    const { requests, answer } = ask(1, [
      { hard_limit_usd: 120, has_payment_method: has },
      { total_usage: 4010 },
    ]);
    expect(requests).toEqual([
      { url: 'https://api.openai.com/v1/dashboard/billing/subscription', headers: bearer },
      {
        url: `https://api.openai.com/v1/dashboard/billing/usage?start_date=${from}&end_date=2026-05-15`,
        headers: bearer,
      },
    ]);
    expect(answer).toEqual({ balance: 79.9 });
  });

  it.each([
    [1, 'https://proxy.example/v1/', 'https://proxy.example/v1/dashboard/billing/subscription'],
    [
      8,
      'https://me.example/v1/chat/completions',
      'https://me.example/v1/dashboard/billing/subscription',
    ],
    [4, 'https://proxy.example/v1', 'https://proxy.example/dashboard/billing/credit_grants'],
    [5, 'https://proxy.example', 'https://proxy.example/sb-api/user/status?api_key=sk-k%20y'],
    [10, 'https://proxy.example', 'https://proxy.example/api/report/getUserOverview'],
    [20, 'https://proxy.example/api/', 'https://proxy.example/api/v1/credits'],
    [36, 'https://proxy.example/v1', 'https://proxy.example/user/balance'],
    [44, 'https://proxy.example', 'https://proxy.example/v1/user/info'],
  ])('of type %i keeps the key on the own base URL %s', (channelType, baseUrl, url) => {
    expect(ask(channelType, [{}], baseUrl).requests[0]?.url).toBe(url);
  });

  it.each([
    [1, [{ has_payment_method: true }], 'the answer has no hard_limit_usd'],
    [1, [{ hard_limit_usd: 1 }, {}], 'the answer has no total_usage'],
    [4, [{ total_available: null }], 'the answer has no total_available'],
    [5, [{ msg: '无效的令牌' }], '无效的令牌'],
    [5, [{}], 'the answer has no data.credit'],
    [8, [], 'the channel has no base URL'],
    [10, [{ success: false, error_code: 7, message: 'bad key' }], 'code: 7, message: bad key'],
    [20, [{ data: { total_credits: 1 } }], 'the answer has no data.total_usage'],
    [36, [{ balance_infos: [] }], 'the answer has no balance_infos[].total_balance'],
    [36, ['<html>'], 'the answer has no balance_infos[].total_balance'],
    [44, [{ code: 30001, message: 'no', data: null }], 'code: 30001, message: no'],
    [44, [{ code: 20000, data: { totalBalance: 'x' } }], 'the answer has no data.totalBalance'],
  ])('of type %i says why %j has no balance', (channelType, bodies, problem) => {
    expect(ask(channelType, bodies).answer).toEqual({ problem });
  });

  it('has none for types whose upstreams tell no balance', () => {
    expect([0, 2, 3, 14, 24, 43, 50].map(findBalanceQuery)).toEqual(Array(7).fill(undefined));
  });
});
