import type { AppliedUsage, LedgerRepository, RequestKind, UsageEvent } from '@turnpike/core';

const RETENTION_MS = 35 * 24 * 3600 * 1000;

export interface FakeCharges extends Pick<
  LedgerRepository,
  'applyUsage' | 'findRequests' | 'readBalances'
> {
  requests: Map<string, RequestKind>;
  /** Sizes of the transactions, failed ones too. */
  transactions: number[];
  /** Throws for a transaction that is to fail. */
  beforeCommit: (events: readonly UsageEvent[]) => void;
}

/** What the database would remember of charges. A user's balance is minus the number of charges, at that version. */
export function createFakeCharges(clock: { now(): number }): FakeCharges {
  const requests = new Map<string, RequestKind>();
  const balancesOf = (userIds: readonly number[]): Pick<AppliedUsage, 'users' | 'apiTokens'> => ({
    users: [...new Set(userIds)].map((id) => ({
      id,
      quota: -requests.size,
      version: requests.size,
    })),
    apiTokens: [],
  });
  const fake: FakeCharges = {
    requests,
    transactions: [],
    beforeCommit: () => undefined,
    async applyUsage(events) {
      fake.transactions.push(events.length);
      fake.beforeCommit(events);
      const timely = events.filter(({ at }) => at >= clock.now() - RETENTION_MS);
      const fresh = timely.filter(({ requestId }) => !requests.has(requestId));
      for (const { requestId, endState } of fresh)
        requests.set(
          requestId,
          endState === 'expired' || endState === 'recovered' ? endState : 'real',
        );
      return {
        charged: fresh.length,
        repeated: timely.length - fresh.length,
        ...balancesOf(events.map(({ userId }) => userId)),
      };
    },
    findRequests: async (ids) => new Map([...requests].filter(([id]) => ids.includes(id))),
    readBalances: async (userIds) => balancesOf(userIds),
  };
  return fake;
}
