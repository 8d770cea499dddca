import type { Logger } from '@turnpike/core';

export type SqliteSynchronous = 'OFF' | 'NORMAL' | 'FULL' | 'EXTRA';

export interface DatabaseSettings {
  /** Names the source of `dsn` in errors: `SQL_DSN` or `LOG_SQL_DSN`. */
  variable: string;
  /** Empty: the SQLite file at `sqlitePath`. */
  dsn: string;
  sqlitePath: string;
  sqliteBusyTimeoutMs?: number;
  /** How hard a commit waits for the disk; anything below FULL can lose acknowledged usage with the power. */
  sqliteSynchronous?: SqliteSynchronous;
  /** How long a statement waits for a lock on PostgreSQL and MySQL; default 10 s. */
  lockTimeoutMs?: number;
  /**
   * How long a transaction may do nothing before the server ends it, so that a process that was stopped in the middle
   * does not hold its locks for ever (PostgreSQL, MySQL); default 15 s.
   */
  idleTransactionTimeoutMs?: number;
  maxOpenConnections?: number;
  maxIdleConnections?: number;
  connectionLifetimeSeconds?: number;
  /** Gets the warnings of the driver. */
  logger?: Logger;
  /** Logs each statement, without its values (`DEBUG_SQL`). */
  logsStatements?: boolean;
}
