/** What a ledger tells of itself. Plain callbacks, so that who counts decides how. */
export interface LedgerMetrics {
  /** One reservation was answered, refusals included. */
  reserved(seconds: number): void;
  /** A call got no answer, or an error: it was not retried here. */
  failed(operation: LedgerOperation): void;
  /** Entries that Redis had lost and that this node put back. */
  restored(entries: number): void;
}

export type LedgerOperation = 'reserve' | 'extend' | 'settle' | 'release' | 'keep' | 'restore';

export const silentLedgerMetrics: LedgerMetrics = { reserved() {}, failed() {}, restored() {} };
