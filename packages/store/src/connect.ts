import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Knex } from 'knex';
import type { DatabaseSettings } from './database-settings.ts';
import {
  createMysql,
  createPostgres,
  createSqlite,
  logStatements,
} from './dialects/create-knex.ts';
import type { Dialect } from './dialects/dialect.ts';
import { errorMessageOf } from './dialects/driver-error.ts';
import { mysqlDialect } from './dialects/mysql.ts';
import { postgresDialect } from './dialects/postgres.ts';
import { sqliteDialect } from './dialects/sqlite.ts';
import { describeAddress, parseDsn, type DatabaseAddress, type TlsMode } from './parse-dsn.ts';

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
    const reason = errorMessageOf(error) || String(error);
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
  if (settings.logsStatements === true) logStatements(parts.knex, settings);
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
    if (!/does not support (SSL|secure connection)/i.test(errorMessageOf(error))) throw error;
    return open('off');
  }
}
