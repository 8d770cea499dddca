import type { PendingReserve } from './pending-reserve.ts';

/** What a node knows of one bucket of the ledger. */
export class LedgerBucket {
  readonly index: number;
  readonly epochKey: string;
  /** The epoch in which this node restored its entries; empty: it has to, before it serves here. */
  epoch = '';
  /** While entries are being restored: calls wait for it. */
  restoring: Promise<void> | undefined;
  /** Reservations of this turn of the event loop. */
  reserving: PendingReserve[] = [];

  constructor(index: number, epochKey: string) {
    this.index = index;
    this.epochKey = epochKey;
  }
}
