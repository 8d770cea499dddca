import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { silentLogger, type Logger } from '@turnpike/core';
import knexFactory, { type Knex } from 'knex';
import type { Dialect } from './dialects/dialect.ts';
import { mysqlDialect } from './dialects/mysql.ts';
import { postgresDialect, postgresTypes } from './dialects/postgres.ts';
import { createSqliteClient } from './dialects/sqlite-client.ts';
import { sqliteDialect } from './dialects/sqlite.ts';
import {
  describeAddress,
  parseDsn,
  type DatabaseAddress,
  type MysqlConnection,
  type PostgresConnection,
  type TlsMode,
} from './parse-dsn.ts';

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

/** An open database. */
export interface Database {
  knex: Knex;
  dialect: Dialect;
  /** Kind and place, without a password. */
  description: string;
  /** Path of the file, on SQLite. */
  sqliteFile: string | undefined;
  close(): Promise<void>;
}

const DEFAULT_BUSY_TIMEOUT_MS = 3000;
const DEFAULT_MAX_OPEN = 20;

/**
 * Opens a database and tries it.
 *
 * @throws an error that names the variable when the text cannot be understood or the database cannot be reached
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const address = parseDsn(settings.variable, settings.dsn, settings.sqlitePath);
  const description = describeAddress(address);
  try {
    return await openAddress(address, settings, description);
  } catch (error) {
    const reason = error instanceof Error && error.message !== '' ? error.message : String(error);
    const variable = address.kind === 'sqlite' ? 'SQLITE_PATH' : settings.variable;
    throw new Error(`${variable}: cannot open ${description}: ${reason}`, { cause: error });
  }
}

async function openAddress(
  address: DatabaseAddress,
  settings: DatabaseSettings,
  description: string,
): Promise<Database> {
  switch (address.kind) {
    case 'sqlite': {
      await mkdir(dirname(resolve(address.path)), { recursive: true });
      const knex = createSqlite(address.path, settings);
      return tryOut(settings, {
        knex,
        dialect: sqliteDialect,
        description,
        sqliteFile: address.path,
      });
    }
    case 'postgres':
      return withTlsFallback(address.connection.tls, (tls) =>
        tryOut(settings, {
          knex: createPostgres({ ...address.connection, tls }, settings),
          dialect: postgresDialect,
          description,
          sqliteFile: undefined,
        }),
      );
    case 'mysql':
      return withTlsFallback(address.connection.tls, (tls) =>
        tryOut(settings, {
          knex: createMysql({ ...address.connection, tls }, settings),
          dialect: mysqlDialect,
          description,
          sqliteFile: undefined,
        }),
      );
  }
}

async function tryOut(
  settings: DatabaseSettings,
  parts: Omit<Database, 'close'>,
): Promise<Database> {
  const close = () => parts.knex.destroy();
  if (settings.logsStatements === true) logStatements(parts.knex, settings.logger ?? silentLogger);
  try {
    await parts.knex.raw('SELECT 1');
  } catch (error) {
    await close();
    throw error;
  }
  return { ...parts, close };
}

/** `prefer` goes on without TLS where the server has none, as One API's drivers do. */
async function withTlsFallback(
  mode: TlsMode,
  open: (mode: TlsMode) => Promise<Database>,
): Promise<Database> {
  if (mode !== 'prefer') return open(mode);
  try {
    return await open('require');
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    if (!/does not support (SSL|secure connection)/i.test(message)) throw error;
    return open('off');
  }
}

function createSqlite(filename: string, settings: DatabaseSettings): Knex {
  const busyTimeoutMs = settings.sqliteBusyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
  return knexFactory({
    client: createSqliteClient(busyTimeoutMs),
    connection: { filename },
    useNullAsDefault: true,
    log: toKnexLog(settings),
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: Done) => {
        connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
        connection.pragma('journal_mode = WAL');
        connection.pragma(`synchronous = ${settings.sqliteSynchronous ?? 'FULL'}`);
        connection.pragma('foreign_keys = OFF');
        done(null, connection);
      },
    },
  });
}

function createPostgres(connection: PostgresConnection, settings: DatabaseSettings): Knex {
  const { tls, ...place } = connection;
  return knexFactory({
    client: 'pg',
    log: toKnexLog(settings),
    connection: {
      ...place,
      ...tlsOptions(tls),
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      types: postgresTypes,
    } as Knex.PgConnectionConfig,
    pool: {
      ...poolSettings(settings),
      // No lock is waited for, and none held, for ever.
      afterCreate: prepareWith((client: PostgresClient, done) => {
        client.query(
          "SET lock_timeout = '10s'; SET idle_in_transaction_session_timeout = '15s'",
          done,
        );
      }),
    },
  });
}

function createMysql(connection: MysqlConnection, settings: DatabaseSettings): Knex {
  const { tls, ...place } = connection;
  return knexFactory({
    client: 'mysql2',
    log: toKnexLog(settings),
    connection: {
      ...place,
      ...tlsOptions(tls),
      charset: 'utf8mb4_general_ci',
      supportBigNumbers: true,
      decimalNumbers: true,
      connectTimeout: 10_000,
      multipleStatements: false,
    } as Knex.MySql2ConnectionConfig,
    pool: {
      ...poolSettings(settings),
      // Strict mode: a value that does not fit is an error, never cut off silently.
      afterCreate: prepareWith((client: MysqlClient, done) => {
        client.query(
          "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES'), SESSION innodb_lock_wait_timeout = 10",
          (error) => {
            if (error) done(error);
            else client.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', done);
          },
        );
      }),
    },
  });
}

type Done = (error: Error | null | undefined, connection: unknown) => void;

interface SqliteConnection {
  pragma(source: string): unknown;
}

interface PostgresClient {
  query(sql: string, done: (error: Error | null) => void): void;
}

interface MysqlClient {
  query(sql: string, done: (error: Error | null) => void): void;
}

function prepareWith<Client>(
  prepare: (client: Client, done: (error: Error | null) => void) => void,
) {
  return (client: Client, done: Done) => {
    prepare(client, (error) => {
      done(error, client);
    });
  };
}

/** Knex reports on the console what it also throws; here it is a line of the log. */
function toKnexLog({ logger = silentLogger }: DatabaseSettings): Knex.Logger {
  const warn = (message: unknown) => {
    logger.warn({ reason: String(message) }, 'database driver reports');
  };
  return { warn, error: warn, deprecate: warn, debug: () => undefined };
}

function logStatements(knex: Knex, logger: Logger): void {
  knex.on('query', ({ sql }: { sql: string }) => {
    logger.debug({ sql }, 'sql statement');
  });
}

function tlsOptions(mode: TlsMode): { ssl?: { rejectUnauthorized: boolean } } {
  return mode === 'off' ? {} : { ssl: { rejectUnauthorized: mode === 'verify' } };
}

function poolSettings(settings: DatabaseSettings): Knex.PoolConfig {
  const lifetimeMs = (settings.connectionLifetimeSeconds ?? 60) * 1000;
  const max = Math.max(settings.maxOpenConnections ?? DEFAULT_MAX_OPEN, 2);
  return {
    // What may stay open without work; the rest goes after the idle time.
    min: Math.min(settings.maxIdleConnections ?? 0, max),
    max,
    idleTimeoutMillis: 30_000,
    acquireTimeoutMillis: 10_000,
    ...(lifetimeMs > 0 && {
      maxConnectionLifetimeMillis: lifetimeMs,
      maxConnectionLifetimeJitterMillis: 5000,
    }),
  };
}
