import { silentLogger } from '@turnpike/core';
import knexFactory, { type Knex } from 'knex';
import type { DatabaseSettings } from '../database-settings.ts';
import type { MysqlConnection, PostgresConnection, TlsMode } from '../parse-dsn.ts';
import { postgresTypes } from './postgres.ts';
import { mysqlIdleTimeoutMs, prepareMysql, preparePostgres } from './prepare-session.ts';
import { createSqliteClient } from './sqlite-client.ts';
import { createSqliteReaderClient } from './sqlite-reader-client.ts';

const DEFAULT_BUSY_TIMEOUT_MS = 3000;
const DEFAULT_MAX_OPEN = 20;
/** More than the ledger lets gather in the log, so that its thread makes the checkpoints and no commit does (32 MB). */
const CHECKPOINT_PAGES = 8000;

/** Else the message of an error has the statement with all its values, keys and password hashes among them. */
const quietErrors = { compileSqlOnError: false };

/** One connection to a SQLite file. */
export function createSqlite(filename: string, settings: DatabaseSettings): Knex {
  const busyTimeoutMs = settings.sqliteBusyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
  return knexFactory({
    client: createSqliteClient(busyTimeoutMs),
    connection: { filename },
    useNullAsDefault: true,
    ...quietErrors,
    log: toKnexLog(settings),
    pool: {
      min: 1,
      max: 1,
      afterCreate: (connection: SqliteConnection, done: Done) => {
        connection.pragma(`busy_timeout = ${busyTimeoutMs}`);
        connection.pragma('journal_mode = WAL');
        connection.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
        connection.pragma(`synchronous = ${settings.sqliteSynchronous ?? 'FULL'}`);
        connection.pragma('foreign_keys = OFF');
        done(null, connection);
      },
    },
  });
}

/** A thread that reads a SQLite file beside the connection above. */
export function createSqliteReader(filename: string, settings: DatabaseSettings): Knex {
  const busyTimeoutMs = settings.sqliteBusyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
  return knexFactory({
    client: createSqliteReaderClient(filename, busyTimeoutMs),
    connection: { filename },
    useNullAsDefault: true,
    ...quietErrors,
    log: toKnexLog(settings),
    pool: { min: 0, max: 1, idleTimeoutMillis: 60_000 },
  });
}

/** A pool of connections to PostgreSQL. */
export function createPostgres(connection: PostgresConnection, settings: DatabaseSettings): Knex {
  const { tls, ...place } = connection;
  return knexFactory({
    client: 'pg',
    ...quietErrors,
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
      afterCreate: (client: SqlClient, done: Done) => {
        runInTurn(client, preparePostgres(settings), done);
      },
    },
  });
}

/** A pool of connections to MySQL or MariaDB. */
export function createMysql(connection: MysqlConnection, settings: DatabaseSettings): Knex {
  const { tls, ...place } = connection;
  return knexFactory({
    client: 'mysql2',
    ...quietErrors,
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
      idleTimeoutMillis: mysqlIdleTimeoutMs(settings),
      afterCreate: (client: SqlClient, done: Done) => {
        runInTurn(client, prepareMysql(settings), done);
      },
    },
  });
}

type Done = (error: Error | null | undefined, connection: unknown) => void;

interface SqliteConnection {
  pragma(source: string): unknown;
}

interface SqlClient {
  query(sql: string, done: (error: Error | null) => void): void;
}

/** Runs statements one after the other; the first that fails ends it. */
function runInTurn(client: SqlClient, [sql, ...others]: readonly string[], done: Done): void {
  if (sql === undefined) {
    done(null, client);
    return;
  }
  client.query(sql, (error) => {
    if (error) done(error, client);
    else runInTurn(client, others, done);
  });
}

/** Knex reports on the console what it also throws; here it is a line of the log. */
function toKnexLog({ logger = silentLogger }: DatabaseSettings): Knex.Logger {
  const warn = (message: unknown) => {
    logger.warn({ reason: String(message) }, 'database driver reports');
  };
  return { warn, error: warn, deprecate: warn, debug: () => undefined };
}

/** Logs each statement, without its values. */
export function logStatements(knex: Knex, { logger = silentLogger }: DatabaseSettings): void {
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
