import {
  errors,
  type AppliedUsage,
  type LedgerRepository,
  type UsageEvent,
  type UsageSink,
} from '@turnpike/core';
import { GroupCommit } from './group-commit.ts';

const NOTHING_APPLIED: AppliedUsage = { charged: 0, repeated: 0, users: [], apiTokens: [] };

export interface EmbeddedUsageSinkDeps {
  ledgerRepository: Pick<LedgerRepository, 'applyUsage'>;
  ledger: {
    settle(events: readonly UsageEvent[]): Promise<void>;
    absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void>;
    invalidate(accounts: { userIds: number[]; apiTokenIds: number[] }): Promise<void>;
  };
  /** Requests in flight, see `GroupCommit`. */
  inFlight(): number;
}

/**
 * The usage sink of standalone mode: straight into the database, with the same steps as the master's consumer.
 * There is no queue to lose: when the commit fails, the answer that waits for it is refused, and what was set aside for
 * it is free again.
 */
export function createEmbeddedUsageSink(deps: EmbeddedUsageSinkDeps): UsageSink {
  let isClosed = false;
  const group = new GroupCommit<UsageEvent>({
    async commit(events) {
      const applied = await deps.ledgerRepository.applyUsage(events);
      await deps.ledger.absorb(events, applied);
    },
    expected: () => deps.inFlight(),
    refused(events) {
      void deps.ledger.absorb(events, NOTHING_APPLIED);
      // A server may have committed and could not say so: balances are read again when they are next asked for.
      const userIds = events.map(({ userId }) => userId);
      const apiTokenIds = events.map(({ apiTokenId }) => apiTokenId);
      deps.ledger.invalidate({ userIds, apiTokenIds }).catch(() => {
        // The database is still away: the next charge of these accounts tells their balances.
      });
    },
  });
  return {
    publish(events) {
      if (isClosed) return Promise.reject(errors.notReady());
      const published = group.add(events);
      void deps.ledger.settle(events);
      return published;
    },
    async close() {
      isClosed = true;
      await group.drained();
    },
  };
}
