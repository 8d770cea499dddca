import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Knex } from 'knex';
import type { DatabaseSettings } from './database-settings.ts';
import { adviseOnOpening } from './dialects/advise-on-opening.ts';
import {
  createMysql,
  createPostgres,
  createSqlite,
  createSqliteReader,
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
  /** For what reads much: on SQLite a thread of its own, elsewhere the same as `knex`. */
  reader: Knex;
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
 * @throws an error that names the variable when the text cannot be understood or the database cannot be reached, with
 * what to do
 */
export async function openDatabase(settings: DatabaseSettings): Promise<Database> {
  const address = parseDsn(settings.variable, settings.dsn, settings.sqlitePath);
  const description = describeAddress(address);
  try {
    return await openAddress(address, settings, description);
  } catch (error) {
    const reason = errorMessageOf(error) || String(error);
    const variable = address.kind === 'sqlite' ? 'SQLITE_PATH' : settings.variable;
    const advice = adviseOnOpening(error);
    const whole = `${variable}: cannot open ${description}: ${reason}`;
    throw new Error(advice === '' ? whole : `${whole}. ${advice}`, { cause: error });
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
      const reader = createSqliteReader(address.path, settings);
      const sqliteFile = address.path;
      return tryOut(settings, { knex, reader, dialect: sqliteDialect, description, sqliteFile });
    }
    case 'postgres':
      return withTlsFallback(address.connection.tls, (tls) => {
        const knex = createPostgres({ ...address.connection, tls }, settings);
        const dialect = postgresDialect;
        return tryOut(settings, {
          knex,
          reader: knex,
          dialect,
          description,
          sqliteFile: undefined,
        });
      });
    case 'mysql':
      return withTlsFallback(address.connection.tls, (tls) => {
        const knex = createMysql({ ...address.connection, tls }, settings);
        const dialect = mysqlDialect;
        return tryOut(settings, {
          knex,
          reader: knex,
          dialect,
          description,
          sqliteFile: undefined,
        });
      });
  }
}

async function tryOut(
  settings: DatabaseSettings,
  parts: Omit<Database, 'close'>,
): Promise<Database> {
  const { knex, reader } = parts;
  async function close(): Promise<void> {
    if (reader !== knex) await reader.destroy();
    await knex.destroy();
  }
  if (settings.logsStatements === true) logStatements(knex, settings);
  try {
    await knex.raw('SELECT 1');
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
