import type { Knex } from 'knex';
import {
  BetterSqliteClient,
  type TransactionArguments,
  type TransactionInternals,
} from './better-sqlite-client.ts';
import { errorCodeOf } from './driver-error.ts';
import { pause } from './retry-transaction.ts';

/** The raw connection, as far as it is used here. */
interface RawConnection {
  exec(sql: string): unknown;
  pragma(source: string): unknown;
  readonly inTransaction: boolean;
}

/**
 * Knex for SQLite with transactions that begin with the write lock. A deferred one that has read something cannot
 * write any more once somebody else has committed, and no waiting helps it.
 */
export function createSqliteClient(busyTimeoutMs: number): typeof Knex.Client {
  class ImmediateSqliteClient extends BetterSqliteClient {
    override transaction(...parameters: TransactionArguments): TransactionInternals {
      const transaction = super.transaction(...parameters);
      const isReadOnly = parameters[1]?.readOnly === true;
      transaction.begin = (raw) => {
        const connection = raw as RawConnection;
        return isReadOnly
          ? Promise.resolve(connection.exec('BEGIN'))
          : beginImmediately(connection, busyTimeoutMs);
      };
      const rollback = transaction.rollback.bind(transaction);
      transaction.rollback = (raw, error) => {
        // SQLite itself undoes a transaction that met a full disk. That there is none left must not be what is told.
        const connection = raw as RawConnection;
        if (!connection.inTransaction) connection.exec('BEGIN');
        return rollback(raw, error);
      };
      return transaction;
    }
  }
  return ImmediateSqliteClient as unknown as typeof Knex.Client;
}

/**
 * Waits for the write lock without blocking the event loop: its holder may be another transaction of this very
 * process, which needs the loop to come to its end.
 */
async function beginImmediately(connection: RawConnection, busyTimeoutMs: number): Promise<void> {
  const deadline = performance.now() + busyTimeoutMs;
  connection.pragma('busy_timeout = 0');
  try {
    for (let waitMs = 1; ; waitMs = Math.min(waitMs * 2, 20)) {
      try {
        connection.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!errorCodeOf(error).startsWith('SQLITE_BUSY') || performance.now() > deadline) {
          throw error;
        }
      }
      await pause(waitMs);
    }
  } finally {
    connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
  }
}
