import type { RemovedApiToken } from '../identity/account.ts';
import type { AccountBatch } from './account-source.ts';

/** Where relays of a cluster find accounts and keys; written by masters only. */
export interface AccountDirectory {
  /**
   * Writes what is newer than what is there: balances by their quota version, records by their record version. Pending
   * amounts are never touched. Balances of a bucket that just lost its data wait until its relays have restored their
   * open entries.
   */
  put(accounts: AccountBatch): Promise<void>;
  /**
   * Whether every key is in the directory, so that an absent one is unknown. Where it is not, a full pass may begin:
   * `markComplete` then says whether the directory kept everything since.
   */
  isComplete(): Promise<boolean>;
  /**
   * All keys have been put since `isComplete` answered false.
   *
   * @returns false where the directory lost its data meanwhile: it stays incomplete, and everything has to be put again
   */
  markComplete(): Promise<boolean>;
  /** The record version up to which every change was put, as the directory itself remembers it; 0 where it lost it. */
  appliedVersion(): Promise<number>;
  /** Every change up to this record version has been put. Never goes back. */
  markApplied(version: number): Promise<void>;
  /**
   * Every token whose key works, page by page, as it would have to be removed: for those that the database does not have
   * any more. One that comes or goes meanwhile may be missing, and one may come twice.
   */
  apiTokens(): AsyncIterable<readonly RemovedApiToken[]>;
}
