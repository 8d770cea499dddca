import type { BalanceAccount, BalanceAnswer, BalanceQuery } from '@turnpike/core';
import { cutTrailingSlash } from '../providers/join-url.ts';

interface OneAddress {
  /** Where the account has no base URL of its own. */
  defaultBaseUrl: string;
  /** Behind the base URL without its version. */
  path: string | ((account: BalanceAccount) => string);
  headers?: (key: string) => Record<string, string>;
  read(body: unknown): BalanceAnswer;
}

/** A query that takes one request. */
export function queryOneAddress(options: OneAddress): BalanceQuery {
  const { defaultBaseUrl, path, headers = authorizeBearer, read } = options;
  return function* (account) {
    const base = withoutVersion(account.baseUrl === '' ? defaultBaseUrl : account.baseUrl);
    const url = base + (typeof path === 'string' ? path : path(account));
    return read(yield { url, headers: headers(account.key) });
  };
}

export function authorizeBearer(key: string): Record<string, string> {
  return { authorization: `Bearer ${key}` };
}

/** Operators paste base URLs with the version as often as without it; with an endpoint behind it, for custom ones. */
export function withoutVersion(baseUrl: string): string {
  return cutTrailingSlash(baseUrl).replace(/\/v1(\/.*)?$/, '');
}
