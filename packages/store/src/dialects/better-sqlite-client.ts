import { createRequire } from 'node:module';
import type { Knex } from 'knex';

export interface TransactionInternals {
  begin(connection: unknown): Promise<unknown>;
  /** Rejects the transaction with `error`, or with why it could not be undone. */
  rollback(connection: unknown, error: unknown): Promise<unknown>;
}

export type TransactionArguments = [
  container: unknown,
  config?: { readOnly?: boolean },
  outer?: unknown,
];

/** What a client of Knex hands to its driver, and where it expects the rows. */
export interface QueryObject {
  sql: string;
  bindings?: readonly unknown[];
  response?: unknown;
}

/** The parts of Knex's client that are replaced here; its types leave them out. */
export interface KnexClient {
  acquireRawConnection(): Promise<unknown>;
  destroyRawConnection(connection: unknown): Promise<void>;
  validateConnection(connection: unknown): boolean;
  transaction(...parameters: TransactionArguments): TransactionInternals;
  _formatBindings(bindings: readonly unknown[] | undefined): unknown[];
}

const require = createRequire(import.meta.url);

/** Knex's own client for SQLite. */
export const BetterSqliteClient = require('knex/lib/dialects/better-sqlite3/index.js') as new (
  config: Knex.Config,
) => KnexClient;

/** Path of the driver, for threads that load it themselves. */
export const sqliteDriverPath = require.resolve('better-sqlite3');
