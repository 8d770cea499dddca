import type { Clock, LedgerRepository, ParkedUsage, UsageQueue } from '@turnpike/core';

/** What `turnpike queue` works on. */
export interface QueueCommandDeps {
  parkedUsage: ParkedUsage;
  ledgerRepository: Pick<LedgerRepository, 'applyUsage'>;
  /** Undefined in standalone mode, where usage goes into the database at once. */
  usageQueue: Pick<UsageQueue, 'add' | 'counts'> | undefined;
  /** A fresh UUID. */
  newBatchId: () => string;
  clock: Clock;
  /** Writes a line for people. */
  print: (line: string) => void;
}
