import type {
  AccountBatch,
  AppliedUsage,
  Balance,
  Clock,
  LedgerBook,
  OpenEntry,
  UsageEvent,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

export interface RedisLedgerBookDeps {
  redis: RedisClient;
  keys: Keys;
  clock: Clock;
  /** A node not seen for this long is dead: nobody waits for what it would restore. Default 15 000. */
  nodeTimeoutMs?: number;
  /**
   * Accounts of a bucket with a new epoch stay closed at least this long (two heartbeats): a flush takes the list of
   * nodes along, and it has to fill again. Default 2 000.
   */
  quietMs?: number;
  /** … and at most this long. Default 5 000. */
  restoreWaitMs?: number;
}

/** The ledger of a cluster as masters use it. Calls reject when Redis does not answer, and may be repeated. */
export class RedisLedgerBook implements LedgerBook {
  readonly #deps: RedisLedgerBookDeps;

  constructor(deps: RedisLedgerBookDeps) {
    this.#deps = deps;
  }

  absorb(_events: readonly UsageEvent[], _applied: AppliedUsage): Promise<void> {
    void this.#deps;
    return Promise.reject(new Error('not there yet'));
  }

  expireDue(): Promise<readonly OpenEntry[]> {
    return Promise.reject(new Error('not there yet'));
  }

  async *openEntries(): AsyncIterable<readonly OpenEntry[]> {}

  async *balances(): AsyncIterable<{ users: readonly Balance[]; apiTokens: readonly Balance[] }> {}

  overwrite(
    _account: { kind: 'user' | 'token'; userId: number },
    _balance: Balance,
    _ifVersion: number,
  ): Promise<boolean> {
    return Promise.reject(new Error('not there yet'));
  }

  /**
   * Writes what is newer than what is there, see `AccountDirectory.put`. Accounts of a bucket that just lost its data
   * stay closed (`not-loaded`) until its nodes have restored their entries: the call resolves when they are open.
   */
  hydrate(_accounts: AccountBatch): Promise<void> {
    return Promise.reject(new Error('not there yet'));
  }
}
