import type { BalanceAnswer, BalanceQuery } from '@turnpike/core';
import { getChannelType } from '../providers/channel-types.ts';
import { queryDashboard } from './dashboard-balance.ts';
import { queryOneAddress } from './query-one-address.ts';
import { missing, readAmount, readMember, readWords } from './read-amount.ts';

/** The channel types whose upstreams tell a balance, by their ids. */
const queries: ReadonlyMap<number, BalanceQuery> = new Map([
  [1, queryDashboard],
  [4, queryCreditGrants(4, 'total_available')],
  [
    5, // OpenAI-SB
    queryOneAddress({
      defaultBaseUrl: baseUrlOf(5),
      path: ({ key }) => `/sb-api/user/status?api_key=${encodeURIComponent(key)}`,
      headers: () => ({}),
      read(body) {
        const balance = readAmount(body, 'data', 'credit');
        if (balance !== undefined) return { balance };
        return upstreamSays(readWords(body, 'msg')) ?? missing('data.credit');
      },
    }),
  ],
  [8, queryCustom],
  [
    10, // AI Proxy: the account is on another host than the models
    queryOneAddress({
      defaultBaseUrl: 'https://aiproxy.io',
      path: '/api/report/getUserOverview',
      headers: (key) => ({ 'api-key': key }),
      read(body) {
        if (readMember(body, 'success') === false) {
          return {
            problem: `code: ${readWords(body, 'error_code')}, message: ${readWords(body, 'message')}`,
          };
        }
        return toAnswer(readAmount(body, 'data', 'totalPoints'), 'data.totalPoints');
      },
    }),
  ],
  [12, queryCreditGrants(12, 'total_remaining')],
  [13, queryCreditGrants(13, 'total_available')],
  [
    20, // OpenRouter
    queryOneAddress({
      defaultBaseUrl: baseUrlOf(20),
      path: '/v1/credits',
      read(body) {
        const credits = readAmount(body, 'data', 'total_credits');
        const usage = readAmount(body, 'data', 'total_usage');
        if (credits === undefined) return missing('data.total_credits');
        return usage === undefined ? missing('data.total_usage') : { balance: credits - usage };
      },
    }),
  ],
  [
    36, // DeepSeek
    queryOneAddress({
      defaultBaseUrl: baseUrlOf(36),
      path: '/user/balance',
      read(body) {
        const infos = readMember(body, 'balance_infos');
        const list: unknown[] = Array.isArray(infos) ? infos : [];
        // One money or the other: an account that pays in dollars has no entry in yuan.
        const info = list.find((each) => readWords(each, 'currency') === 'CNY') ?? list[0];
        return toAnswer(readAmount(info, 'total_balance'), 'balance_infos[].total_balance');
      },
    }),
  ],
  [
    44, // SiliconFlow
    queryOneAddress({
      defaultBaseUrl: baseUrlOf(44),
      path: '/v1/user/info',
      read(body) {
        if (readMember(body, 'code') !== 20000) {
          return {
            problem: `code: ${readWords(body, 'code')}, message: ${readWords(body, 'message')}`,
          };
        }
        return toAnswer(readAmount(body, 'data', 'totalBalance'), 'data.totalBalance');
      },
    }),
  ],
]);

/** How channels of a type are asked for their balance; undefined where their upstreams tell none. */
export function findBalanceQuery(channelType: number): BalanceQuery | undefined {
  return queries.get(channelType);
}

/** Resellers with a copy of OpenAI's old page of grants. */
function queryCreditGrants(
  channelType: number,
  member: 'total_available' | 'total_remaining',
): BalanceQuery {
  return queryOneAddress({
    defaultBaseUrl: baseUrlOf(channelType),
    path: '/dashboard/billing/credit_grants',
    read: (body) => toAnswer(readAmount(body, member), member),
  });
}

/** A server of the operator's choice, which has no other address than its own. */
function* queryCustom(account: Parameters<BalanceQuery>[0]): ReturnType<BalanceQuery> {
  if (account.baseUrl === '') return { problem: 'the channel has no base URL' };
  return yield* queryDashboard(account);
}

function baseUrlOf(channelType: number): string {
  return getChannelType(channelType).defaultBaseUrl;
}

function toAnswer(balance: number | undefined, name: string): BalanceAnswer {
  return balance === undefined ? missing(name) : { balance };
}

function upstreamSays(message: string): BalanceAnswer | undefined {
  return message === '' ? undefined : { problem: message };
}
