import { stat } from 'node:fs/promises';
import Sqlite from 'better-sqlite3';
import knexFactory, { type Knex } from 'knex';
import { BetterSqliteClient } from '../../dialects/better-sqlite-client.ts';
import { errorCodeOf } from '../../dialects/driver-error.ts';

/** The SQLite file that is moved, locked against everybody else. */
export interface SourceDatabase {
  db: Sqlite.Database;
  /** The same connection. */
  knex: Knex;
  close(): Promise<void>;
}

/**
 * Opens the source for reading, and keeps everybody else out until it is closed or this process ends.
 *
 * A connection to a SQLite file in WAL mode, as every one of the gateway's is, holds a shared lock on the file from its
 * first statement until it is closed, also while it is idle. An exclusive lock is therefore to be had only where no
 * process has the file open, and a gateway that is started meanwhile finds it locked. These are locks of the operating
 * system: they end with their process however it ends, and need no file that could be left behind.
 *
 * @throws when the file is not there, or is in use
 */
export async function openSource(file: string): Promise<SourceDatabase> {
  await stat(file).catch((error: unknown) => {
    throw new Error(`There is no SQLite file ${file}.`, { cause: error });
  });
  const db = new Sqlite(file, { timeout: 0, fileMustExist: true });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    // In WAL mode the lock is taken by the first reading, in the others by this, and it is kept beyond the transaction.
    if (db.pragma('journal_mode', { simple: true }) !== 'wal') db.exec('BEGIN EXCLUSIVE; COMMIT');
    db.pragma('query_only = ON');
    db.prepare('SELECT COUNT(*) FROM sqlite_schema').get();
  } catch (error) {
    db.close();
    if (!errorCodeOf(error).startsWith('SQLITE_BUSY')) throw error;
    throw new Error(
      `${file} is in use. Stop the gateway, and whatever else has this file open, and start again.`,
      { cause: error },
    );
  }
  const knex = createKnexOver(db);
  return {
    db,
    knex,
    async close() {
      await knex.destroy();
      db.close();
    },
  };
}

/** Knex on a connection that is open already: another one would not get past the lock. */
function createKnexOver(db: Sqlite.Database): Knex {
  class OpenSqliteClient extends BetterSqliteClient {
    override acquireRawConnection(): Promise<unknown> {
      return Promise.resolve(db);
    }

    override destroyRawConnection(): Promise<void> {
      return Promise.resolve();
    }
  }
  return knexFactory({
    client: OpenSqliteClient as unknown as typeof Knex.Client,
    connection: { filename: db.name },
    useNullAsDefault: true,
    pool: { min: 1, max: 1 },
  });
}
