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
  maxOpenConnections?: number;
  maxIdleConnections?: number;
  connectionLifetimeSeconds?: number;
  /** Gets the warnings of the driver. */
  logger?: Logger;
  /** Logs each statement, without its values (`DEBUG_SQL`). */
  logsStatements?: boolean;
}
