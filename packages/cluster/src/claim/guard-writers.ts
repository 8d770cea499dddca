import type { AccountDirectory, ConfigBus, LedgerBook, UsageQueue } from '@turnpike/core';
import type { DatabaseClaim } from './database-claim.ts';

type Claim = Pick<DatabaseClaim, 'requireOurs'>;

/*
 * What carries something from the database to Redis, or back, asks first whose Redis it is: what a process believed when it
 * stood still for a minute may be wrong.
 */

/** The same bus, which publishes only what belongs here. */
export function guardBus<Bus extends ConfigBus>(bus: Bus, claim: Claim): Bus {
  return {
    ...bus,
    async publishSnapshot(snapshot) {
      await claim.requireOurs();
      await bus.publishSnapshot(snapshot);
    },
    async announceAccounts(change) {
      await claim.requireOurs();
      await bus.announceAccounts(change);
    },
  };
}

/** The same directory, which takes over only what belongs here. */
export function guardDirectory(directory: AccountDirectory, claim: Claim): AccountDirectory {
  return {
    async put(accounts) {
      await claim.requireOurs();
      await directory.put(accounts);
    },
    isComplete: () => directory.isComplete(),
    markComplete: () => directory.markComplete(),
    appliedVersion: () => directory.appliedVersion(),
    markApplied: (version) => directory.markApplied(version),
    apiTokens: () => directory.apiTokens(),
  };
}

/** The same book, whose balances follow only the database that it belongs to. */
export function guardBook(book: LedgerBook, claim: Claim): LedgerBook {
  return {
    absorb: (events, applied) => book.absorb(events, applied),
    expireDue: () => book.expireDue(),
    openEntries: () => book.openEntries(),
    balances: () => book.balances(),
    async overwrite(account, balance, ifVersion) {
      await claim.requireOurs();
      return book.overwrite(account, balance, ifVersion);
    },
  };
}

/** The same queue, whose usage goes only into the database that it belongs to. What is refused stays in the queue. */
export function guardQueue<Queue extends UsageQueue>(queue: Queue, claim: Claim): Queue {
  return {
    ...queue,
    async add(batch) {
      await claim.requireOurs();
      await queue.add(batch);
    },
    consume: (consumer) =>
      queue.consume({
        async apply(batches) {
          await claim.requireOurs();
          await consumer.apply(batches);
        },
        async park(job) {
          await claim.requireOurs();
          await consumer.park(job);
        },
      }),
  };
}
