import type { Ledger, UsageEvent } from '@turnpike/core';

/** A ledger as the usage sink sees it: it also settles what the sink has made safe. */
export interface SettlingLedger extends Ledger {
  /**
   * The actual amounts are known: each entry keeps its event's quota aside until it is absorbed. Repeat-safe, never
   * throws; what could not be settled is settled with the next sending of its batch.
   */
  settle(events: readonly UsageEvent[]): Promise<void>;
}
