import type { Account, Balance, LedgerRepository, QuotaEntry, RefundResult } from '@turnpike/core';
import type { InMemoryApiTokens } from './in-memory-api-tokens.ts';
import type { InMemoryUsers } from './in-memory-users.ts';

export interface InMemoryLedger extends LedgerRepository {
  entries: QuotaEntry[];
  /** What `refundRequest` answers, by request id. */
  refunds: Map<string, RefundResult>;
}

/** Balances of the in-memory users and tokens. What only the consumer calls is not here and says so. */
export function createInMemoryLedger(
  users: InMemoryUsers,
  apiTokens: InMemoryApiTokens,
): InMemoryLedger {
  const entries: QuotaEntry[] = [];
  const refunds = new Map<string, RefundResult>();

  function read({ kind, id }: Account): { quota: number; version: number } {
    const user = users.rows.get(id);
    const token = apiTokens.rows.get(id);
    if (kind === 'user' && user) return { quota: user.quota, version: user.quotaVersion };
    if (kind === 'token' && token) return { quota: token.remainQuota, version: token.quotaVersion };
    throw new Error(`no ${kind} ${String(id)}`);
  }

  function write({ kind, id }: Account, quota: number): Balance {
    const user = users.rows.get(id);
    const token = apiTokens.rows.get(id);
    if (kind === 'user' && user)
      Object.assign(user, { quota, quotaVersion: user.quotaVersion + 1 });
    if (kind === 'token' && token)
      Object.assign(token, { remainQuota: quota, quotaVersion: token.quotaVersion + 1 });
    return { id, ...read({ kind, id }) };
  }

  return {
    entries,
    refunds,
    async addQuota(entry) {
      entries.push(entry);
      return write(entry.account, read(entry.account).quota + entry.delta);
    },
    async setQuota(account, quota, reason, options = {}) {
      const before = read(account);
      if (options.ifVersion !== undefined && options.ifVersion !== before.version) return 'stale';
      entries.push({ account, delta: quota - before.quota, reason, reference: '' });
      return write(account, quota);
    },
    applyUsage: () => Promise.reject(new Error('not part of the management API')),
    readBalances: () => Promise.reject(new Error('not part of the management API')),
    listEntries: async (account, { beforeId = Infinity, limit }) =>
      entries
        .map((entry, index) => ({
          createdBy: 0,
          ...entry,
          id: index + 1,
          createdAt: 1_700_000_000,
        }))
        .filter(({ id, account: { kind, id: accountId } }) =>
          [id < beforeId, kind === account.kind, accountId === account.id].every(Boolean),
        )
        .toReversed()
        .slice(0, limit),
    refundRequest: async (requestId) => refunds.get(requestId) ?? 'unknown',
    findRequests: () => Promise.reject(new Error('not part of the management API')),
    verify: () => Promise.reject(new Error('not part of the management API')),
    verifyPage: () => Promise.reject(new Error('not part of the management API')),
  };
}
