import Sqlite from 'better-sqlite3';
import type { LedgerRepository } from '@turnpike/core';
import type { SqliteSynchronous } from '../database-settings.ts';
import { errorCodeOf } from '../dialects/driver-error.ts';
import { pause } from '../dialects/retry-transaction.ts';
import { checkQuota } from '../ledger/charge.ts';
import { readAll, readApiToken, readUser } from '../ledger/sqlite-balances.ts';
import { LedgerTransaction, type LedgerTransactionSettings } from '../ledger/sqlite-transaction.ts';
import { prepareLedgerStatements, type LedgerStatements } from '../ledger/sqlite-statements.ts';
import { LAST_RESORT_PAGES, WalCheckpoints } from '../ledger/wal-checkpoints.ts';
import { WalSync } from '../ledger/wal-sync.ts';

export interface SqliteLedgerSettings extends LedgerTransactionSettings {
  file: string;
  synchronous: SqliteSynchronous;
  busyTimeoutMs: number;
  /** Makes a passive checkpoint in another thread. */
  checkpoint: () => Promise<unknown>;
  /** Everything that is not the hot path. */
  fallback: Omit<LedgerRepository, 'applyUsage' | 'readBalances'>;
}

export interface SqliteLedger extends LedgerRepository {
  /** Why nothing can be charged until a restart; empty: it can. */
  findObstacles(): readonly string[];
  /** @throws where nothing can be charged until a restart */
  check(): void;
  close(): void;
}

/**
 * The ledger of one process on SQLite: the same promises as `createLedgerRepository`, with prepared statements on a
 * connection of its own, because every answer waits for it. Nothing here waits for the disk on the event loop: the log
 * is synced, and copied into the database, by other threads.
 */
export function openSqliteLedger(settings: SqliteLedgerSettings): SqliteLedger {
  const db = new Sqlite(settings.file, { timeout: 0, fileMustExist: true });
  const isWal = db.pragma('journal_mode = WAL', { simple: true }) === 'wal';
  db.pragma(`synchronous = ${settings.synchronous}`);
  db.pragma('foreign_keys = OFF');
  const statements = prepareLedgerStatements(db);
  const transaction = new LedgerTransaction(statements, settings);
  const walSync = isWal ? takeOverSync(db, settings) : undefined;
  const checkpoints = new WalCheckpoints(settings.checkpoint);

  return {
    async applyUsage(events) {
      for (const event of events) checkQuota(event);
      walSync?.check();
      if (checkpoints.pause !== undefined) await checkpoints.pause;
      const wait = createWait(settings.busyTimeoutMs);
      // Nothing may come between a begin and its commit, so only the failure is waited for.
      for (let failure = begin(statements); failure !== undefined; failure = begin(statements)) {
        await wait(failure);
      }
      const applied = commit(db, statements, () => transaction.apply(events));
      if (isWal) checkpoints.noteCommit(events.length);
      await walSync?.sync();
      return applied;
    },

    readBalances: (userIds, apiTokenIds) =>
      Promise.resolve({
        users: readAll(userIds, (id) => readUser(statements, id)),
        apiTokens: readAll(apiTokenIds, (id) => readApiToken(statements, id)),
      }),

    addQuota: (entry) => settings.fallback.addQuota(entry),
    setQuota: (account, quota, reason, options) =>
      settings.fallback.setQuota(account, quota, reason, options),
    listEntries: (account, page) => settings.fallback.listEntries(account, page),
    refundRequest: (requestId, createdBy) => settings.fallback.refundRequest(requestId, createdBy),
    findRequests: (requestIds) => settings.fallback.findRequests(requestIds),
    verify: () => settings.fallback.verify(),
    verifyPage: (kind, afterId, limit) => settings.fallback.verifyPage(kind, afterId, limit),

    findObstacles: () => (walSync?.failure === undefined ? [] : [walSync.failure]),
    check: () => walSync?.check(),
    close() {
      db.close();
      walSync?.close();
    },
  };
}

/** From here on commits only write; undefined where they are not meant to be synced at all. */
function takeOverSync(db: Sqlite.Database, settings: SqliteLedgerSettings): WalSync | undefined {
  db.pragma(`wal_autocheckpoint = ${LAST_RESORT_PAGES}`);
  if (settings.synchronous !== 'FULL' && settings.synchronous !== 'EXTRA') return undefined;
  const walSync = new WalSync(settings.file);
  db.pragma('synchronous = NORMAL');
  return walSync;
}

function commit<Result>(
  db: Sqlite.Database,
  statements: LedgerStatements,
  work: () => Result,
): Result {
  try {
    const result = work();
    statements.commit.run();
    return result;
  } catch (error) {
    if (db.inTransaction) statements.rollback.run();
    throw error;
  }
}

/** Undefined where it succeeded; else why the write lock is not free. */
function begin({ begin: statement }: LedgerStatements): unknown {
  try {
    statement.run();
    return undefined;
  } catch (error) {
    if (!errorCodeOf(error).startsWith('SQLITE_BUSY')) throw error;
    return error;
  }
}

/**
 * Waits for the write lock without blocking: its holder may be a transaction of the other connection of this process,
 * which needs the event loop to come to its end. It takes a few turns of the loop; other processes take longer.
 */
function createWait(busyTimeoutMs: number): (failure: unknown) => Promise<void> {
  const startedAt = performance.now();
  let turns = 0;
  return async (failure) => {
    if (performance.now() - startedAt > busyTimeoutMs) throw failure;
    turns += 1;
    if (turns > 50) return pause(2);
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  };
}
