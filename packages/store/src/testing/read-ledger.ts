import { expect } from '@jest/globals';
import type { RequestLogRow } from '@turnpike/core';
import type { OpenLedger } from './open-ledger.ts';
import { testNow, type TestStore } from './open-test-store.ts';

/** Everything that was charged is where it belongs. What a test switched is as before from here on. */
export async function expectBalancedBooks({ test, ledger }: OpenLedger): Promise<void> {
  Object.assign(test.switches, { isConsumptionLogged: true, now: testNow });
  const { mismatches, requestsWithoutLog } = await ledger.verify();
  expect({ mismatches, requestsWithoutLog }).toEqual({ mismatches: [], requestsWithoutLog: 0 });
}

/** What a charge changes. */
export async function readState(
  { store }: TestStore,
  ids: { user: number; apiToken: number; channel: number },
) {
  const user = await store.users.findById(ids.user);
  const apiToken = await store.apiTokens.find(ids.apiToken, ids.user);
  const channel = await store.channels.find(ids.channel);
  return {
    quota: user?.quota,
    usedQuota: user?.usedQuota,
    requestCount: user?.requestCount,
    remainQuota: apiToken?.remainQuota,
    tokenUsedQuota: apiToken?.usedQuota,
    accessedTime: apiToken?.accessedTime,
    channelUsedQuota: channel?.usedQuota,
  };
}

export function readLogs({ store }: TestStore, userId: number): Promise<readonly RequestLogRow[]> {
  return store.requestLogs.list({ userId }, { offset: 0, limit: 1000 });
}

/** Changes of a balance that are not usage, oldest first. */
export async function readEntries({ database }: TestStore, kind: string, id: number) {
  const rows = (await database
    .knex('quota_entries')
    .where({ account_kind: kind, account_id: id })
    .orderBy('id')) as { delta: number; reason: string; reference: string }[];
  return rows.map(({ delta, reason }) => ({ delta, reason }));
}
