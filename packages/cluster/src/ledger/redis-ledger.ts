import {
  errors,
  type Clock,
  type Logger,
  type Reservation,
  type ReserveResult,
  type UsageBatch,
  type UsageEvent,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import type { LedgerMetrics } from './ledger-metrics.ts';
import type { SettlingLedger } from './settling-ledger.ts';

export interface RedisLedgerDeps {
  /** A connection that fails fast, see `connectProducer`. */
  redis: RedisClient;
  keys: Keys;
  nodeId: string;
  /** A held entry that nobody keeps expires after this many milliseconds. */
  holdLifeMs: number;
  clock: Clock;
  logger: Logger;
  /** Whether the journal can take what one more request will publish. */
  hasRoom(): boolean;
  /** Batches that the database has not acknowledged: their entries are put back when Redis lost them. */
  unacknowledged(): Iterable<UsageBatch>;
  /** Asks a master to load accounts. Never throws, never waits. */
  onMissing(accounts: { userIds: readonly number[]; apiTokenIds: readonly number[] }): void;
  metrics?: LedgerMetrics;
}

/** The ledger of a cluster as a relay uses it. */
export class RedisLedger implements SettlingLedger {
  readonly #deps: RedisLedgerDeps;

  constructor(deps: RedisLedgerDeps) {
    this.#deps = deps;
  }

  /** Requests in flight: reserved, neither settled nor released. */
  get heldCount(): number {
    return 0;
  }

  reserve(_reservation: Reservation): Promise<ReserveResult> {
    void this.#deps;
    return Promise.reject(errors.notReady());
  }

  extend(_requestId: string, _amount: number): Promise<{ granted: number }> {
    return Promise.resolve({ granted: 0 });
  }

  settle(_events: readonly UsageEvent[]): Promise<void> {
    return Promise.resolve();
  }

  release(_requestId: string): Promise<void> {
    return Promise.resolve();
  }

  openEntries(): Promise<{ count: number; amount: number }> {
    return Promise.resolve({ count: 0, amount: 0 });
  }

  /**
   * Keeps what this node holds: renews the expiry of every held entry, and settles again what could not be settled.
   * To be called a few times per `holdLifeMs`. Never throws.
   */
  extendHeld(): Promise<void> {
    return Promise.resolve();
  }

  /**
   * Puts back every entry of this node, held or in an unacknowledged batch, that Redis does not have, in all buckets,
   * and marks each bucket as restored by this node. To be called when Redis has a new life.
   *
   * @throws when Redis does not answer; may be repeated
   */
  restoreAll(): Promise<void> {
    return Promise.resolve();
  }
}
