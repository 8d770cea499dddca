import { redemptionStatuses, type Redemption, type RedemptionRepository } from '@turnpike/core';
import { pageRows } from './page-rows.ts';
import type { InMemoryLedger } from './in-memory-ledger.ts';

export interface InMemoryRedemptions extends RedemptionRepository {
  rows: Map<number, Redemption>;
}

/** Redemption codes in a map, with the promises of the port. */
export function createInMemoryRedemptions(
  ledger: InMemoryLedger,
  clock: { now(): number },
): InMemoryRedemptions {
  const rows = new Map<number, Redemption>();
  let lastId = 0;
  const isExpired = ({ expiredTime }: Redemption, now: number): boolean =>
    expiredTime !== 0 && expiredTime <= now;
  const copy = (row: Redemption | undefined): Redemption | undefined => row && { ...row };

  return {
    rows,
    find: async (id) => copy(rows.get(id)),
    page: async ({ keyword = '', status }, query) =>
      pageRows(
        [...rows.values()]
          .filter((row) => row.name.startsWith(keyword) || String(row.id) === keyword)
          .filter((row) => status === undefined || row.status === status),
        query,
      ),
    createMany: async (redemptions) =>
      redemptions.map((redemption) => {
        const row = {
          ...redemption,
          id: (lastId += 1),
          status: redemptionStatuses.unused,
          redeemedTime: 0,
          usedUserId: 0,
        };
        rows.set(row.id, row);
        return { ...row };
      }),
    async update(id, change) {
      const row = rows.get(id);
      return row && { ...Object.assign(row, change) };
    },
    remove: async (id) => rows.delete(id),
    async removeSpent(now) {
      const spent = [...rows.values()].filter(
        (row) => row.status !== redemptionStatuses.unused || isExpired(row, now),
      );
      for (const { id } of spent) rows.delete(id);
      return spent.length;
    },
    async redeem(key, userId) {
      const row = [...rows.values()].find((candidate) => candidate.key === key);
      const now = Math.floor(clock.now() / 1000);
      if (row === undefined) return 'unknown';
      if (isExpired(row, now)) return 'expired';
      if (row.status !== redemptionStatuses.unused)
        return row.status === redemptionStatuses.disabled ? 'disabled' : 'used';
      Object.assign(row, {
        status: redemptionStatuses.used,
        redeemedTime: now,
        usedUserId: userId,
      });
      const balance = await ledger.addQuota({
        account: { kind: 'user', id: userId },
        delta: row.quota,
        reason: 'redemption',
        reference: `redemption:${String(row.id)}`,
      });
      return { redemption: { ...row }, balance };
    },
  };
}
