import type { AccountDirectory, AccountSource, BusEvents, Logger } from '@turnpike/core';
import type { MasterMetrics } from '../master-metrics.ts';
import { pause } from '../services/pause.ts';
import { removeLostTokens } from './remove-lost-tokens.ts';

export interface FollowAccountsDeps {
  accountSource: AccountSource;
  accountDirectory: AccountDirectory;
  /** Whether a failure is one of the database, and will pass. */
  isTransientError(error: unknown): boolean;
  metrics: Pick<MasterMetrics, 'databaseFailed'>;
  /** Tells every node that these accounts, already in the directory, changed; both lists empty: any of them. */
  tellAccountsChanged(change: BusEvents['accounts-changed']): Promise<void>;
  settings: {
    /** `SYNC_FREQUENCY`: pause between two passes over all accounts. Milliseconds. */
    syncIntervalMs: number;
    /** How often it is looked for changes. Milliseconds, default 500. */
    pollMs?: number;
    /** Accounts read and written at once. Default 1 000. */
    pageSize?: number;
  };
  logger: Logger;
}

/** Keeps the directory of a cluster's relays as the database is. */
export interface AccountFollower {
  /** What relays ask for: these accounts; with empty lists the whole directory, where it is not complete. */
  hydrate(accounts: { userIds: readonly number[]; apiTokenIds: readonly number[] }): Promise<void>;
  /** Puts all accounts now: for a Redis that may have lost some of what it was given. */
  refresh(): Promise<void>;
  /** Resolves when nothing is under way. */
  stop(): Promise<void>;
}

/** Between two pages of the pass that nobody waits for. */
const SLOW_PASS_PAUSE_MS = 50;
/** More than the changes that were announced, but not marked as applied, when the database was restored. */
const OVERTAKE_BY = 1_000_000;

/**
 * Follows the database: fills the directory where it is not complete, brings every change there within `pollMs`, also
 * when the process that made it died before it could announce it, and passes over everything now and then. How far it
 * has come is kept in the directory itself, so a Redis that fell back is brought up from there. Several masters may do
 * this at once. Resolves after the first round, whatever came of it; what failed is tried again.
 */
export async function followAccounts(deps: FollowAccountsDeps): Promise<AccountFollower> {
  const follower = new Follower(deps);
  await follower.start();
  return follower;
}

class Follower implements AccountFollower {
  readonly #deps: FollowAccountsDeps;
  readonly #pageSize: number;
  readonly #stopping = new AbortController();
  #loops: readonly Promise<void>[] = [];
  #filling: Promise<void> | undefined;
  #hasFailed = false;

  constructor(deps: FollowAccountsDeps) {
    this.#deps = deps;
    this.#pageSize = deps.settings.pageSize ?? 1000;
  }

  async start(): Promise<void> {
    const { pollMs = 500, syncIntervalMs } = this.#deps.settings;
    await this.#round();
    this.#loops = [
      this.#repeat(() => this.#round(), pollMs),
      this.#repeat(() => this.#passSlowly(), syncIntervalMs),
    ];
  }

  async hydrate(accounts: {
    userIds: readonly number[];
    apiTokenIds: readonly number[];
  }): Promise<void> {
    const { accountSource, accountDirectory } = this.#deps;
    if (accounts.userIds.length + accounts.apiTokenIds.length === 0)
      return this.#fillIfIncomplete();
    await accountDirectory.put(await accountSource.read(accounts));
  }

  refresh(): Promise<void> {
    return this.#putAll(0);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
    await Promise.allSettled([this.#filling]);
  }

  async #repeat(work: () => Promise<void>, pauseMs: number): Promise<void> {
    const { signal } = this.#stopping;
    for (;;) {
      await pause(pauseMs, signal);
      if (signal.aborted) return;
      await work();
    }
  }

  async #round(): Promise<void> {
    const { logger, metrics, isTransientError } = this.#deps;
    try {
      await this.#fillIfIncomplete();
      await this.#applyChanges();
      if (this.#hasFailed) logger.info({}, 'accounts are followed again');
      this.#hasFailed = false;
    } catch (error) {
      // Where no usage arrives, nobody else would notice that the database is away.
      if (isTransientError(error)) metrics.databaseFailed();
      if (!this.#hasFailed) logger.error({ err: error }, 'accounts are not followed; trying again');
      this.#hasFailed = true;
    }
  }

  /** Calls at the same time share a run. */
  async #fillIfIncomplete(): Promise<void> {
    if (this.#filling === undefined && (await this.#deps.accountDirectory.isComplete())) return;
    this.#filling ??= this.#fill().finally(() => {
      this.#filling = undefined;
    });
    await this.#filling;
  }

  async #fill(): Promise<void> {
    const { accountSource, accountDirectory, logger } = this.#deps;
    // What changes from here on is found by its version.
    const version = await accountSource.latestVersion();
    await this.#putAll(0);
    if (this.#stopping.signal.aborted) return;
    if (!(await accountDirectory.markComplete())) {
      logger.warn({}, 'directory of accounts lost data while it was filled; it is filled again');
      return;
    }
    await accountDirectory.markApplied(version);
    logger.info({ version }, 'directory of accounts filled');
  }

  async #applyChanges(): Promise<void> {
    const { accountSource, accountDirectory } = this.#deps;
    while ((await accountSource.stampForeign()) && !this.#stopping.signal.aborted);
    // The directory first: it can not be ahead of a database that is read after it.
    let applied = await accountDirectory.appliedVersion();
    const latest = await accountSource.latestVersion();
    if (latest < applied) await this.#overtake(applied, latest);
    for (let isLast = applied >= latest; !isLast && !this.#stopping.signal.aborted;) {
      const { version, ...page } = await accountSource.readChanges(applied, this.#pageSize);
      const userIds = page.users.map(({ id }) => id);
      const apiTokenIds = [...page.apiTokens, ...page.removedApiTokens].map(({ id }) => id);
      if (userIds.length + apiTokenIds.length > 0) {
        await accountDirectory.put(page);
        await this.#deps.tellAccountsChanged({ userIds, apiTokenIds });
      }
      await accountDirectory.markApplied(version);
      applied = version;
      ({ isLast } = page);
    }
  }

  /** The database was restored to an earlier moment: what it says now counts, although its versions are older. */
  async #overtake(applied: number, latest: number): Promise<void> {
    const { accountSource, accountDirectory, tellAccountsChanged, logger } = this.#deps;
    logger.error({ applied, latest }, 'database is older than what relays know; relays follow it');
    await accountSource.raiseVersions(applied + OVERTAKE_BY);
    const version = await accountSource.latestVersion();
    await this.#putAll(0);
    await removeLostTokens(this.#deps);
    await tellAccountsChanged({ userIds: [], apiTokenIds: [] });
    await accountDirectory.markApplied(version);
  }

  async #passSlowly(): Promise<void> {
    try {
      await this.#putAll(SLOW_PASS_PAUSE_MS);
      await this.#removeLostTokens();
    } catch (error) {
      this.#deps.logger.warn({ err: error }, 'pass over all accounts not finished');
    }
  }

  async #removeLostTokens(): Promise<void> {
    const { accountSource, accountDirectory } = this.#deps;
    const apiTokenIds = await removeLostTokens({
      accountSource,
      accountDirectory,
      pauseMs: SLOW_PASS_PAUSE_MS,
      signal: this.#stopping.signal,
    });
    if (apiTokenIds.length === 0) return;
    this.#deps.logger.warn({ apiTokenIds }, 'tokens are not in the database any more: removed');
    await this.#deps.tellAccountsChanged({ userIds: [], apiTokenIds });
  }

  async #putAll(pauseMs: number): Promise<void> {
    const { signal } = this.#stopping;
    for await (const page of this.#deps.accountSource.pages(this.#pageSize)) {
      if (signal.aborted) return;
      await this.#deps.accountDirectory.put(page);
      await pause(pauseMs, signal);
    }
  }
}
