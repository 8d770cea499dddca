import type { ApiTokenAccount, RemovedApiToken, UserAccount } from '../identity/account.ts';

/** Accounts as of one read of the database. */
export interface AccountBatch {
  users: readonly UserAccount[];
  apiTokens: readonly ApiTokenAccount[];
  removedApiTokens: readonly RemovedApiToken[];
}

/** Everything that relays must know of users and tokens, read from the database. */
export interface AccountSource {
  /** The newest record version that is committed: versions become visible in their order. A cheap read. */
  latestVersion(): Promise<number>;
  /** Accounts whose record version is greater than `version`, at most `limit` of them, lowest versions first. */
  readChanges(
    version: number,
    limit: number,
  ): Promise<AccountBatch & { /** Pass it to the next call. */ version: number; isLast: boolean }>;
  /** These accounts; unknown ids are left out, a token that was removed is among `removedApiTokens`. */
  read(accounts: {
    userIds: readonly number[];
    apiTokenIds: readonly number[];
  }): Promise<AccountBatch>;
  /** All accounts, page by page, at most `size` in one. */
  pages(size: number): AsyncIterable<AccountBatch>;
  /**
   * Gives every account a record version of at least this, in their order, for a database that was restored to an
   * earlier moment: what it says is then newer than what was written since. Does nothing where versions are that high.
   */
  raiseVersions(version: number): Promise<void>;
  /**
   * Gives versions to users and tokens that have none because another program, such as a One API beside this one,
   * inserted them: they are changes from then on. At most some hundreds in a call, and a cheap read where there are none.
   *
   * @returns whether there may be more
   */
  stampForeign(): Promise<boolean>;
}
