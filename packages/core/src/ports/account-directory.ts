import type { AccountBatch } from './account-source.ts';

/** Where relays of a cluster find accounts and keys; written by masters only. */
export interface AccountDirectory {
  /**
   * Writes what is newer than what is there: balances by their quota version, records by their record version. Pending
   * amounts are never touched. Balances of a bucket that just lost its data wait until its relays have restored their
   * open entries.
   */
  put(accounts: AccountBatch): Promise<void>;
  /** Whether every key is in the directory, so that an absent one is unknown. */
  isComplete(): Promise<boolean>;
  /** All keys have been put. */
  markComplete(): Promise<void>;
}
