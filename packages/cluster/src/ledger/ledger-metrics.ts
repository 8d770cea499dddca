import type { ReserveRefusal } from '@turnpike/core';

/** What a ledger tells of itself. Plain callbacks, so that who counts decides how. */
export interface LedgerMetrics {
  /** One reservation was answered; with the reason where it was refused. */
  reserved(seconds: number, refusal: ReserveRefusal['reason'] | undefined): void;
  /** A call got no answer, or an error: it was not retried here. */
  failed(operation: LedgerOperation): void;
  /** Entries that Redis had lost and that this node put back. */
  restored(entries: number): void;
}

export const ledgerOperations = [
  'reserve',
  'extend',
  'settle',
  'release',
  'keep',
  'restore',
] as const;

export type LedgerOperation = (typeof ledgerOperations)[number];

export const silentLedgerMetrics: LedgerMetrics = { reserved() {}, failed() {}, restored() {} };
