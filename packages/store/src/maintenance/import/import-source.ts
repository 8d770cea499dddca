import { stat } from 'node:fs/promises';
import knexFactory, { type Knex } from 'knex';
import { createMysql, createPostgres } from '../../dialects/create-knex.ts';
import { errorMessageOf } from '../../dialects/driver-error.ts';
import { describeAddress, parseDsn, type DatabaseAddress } from '../../parse-dsn.ts';

/** A database of another program, which is only read. */
export interface ImportSource {
  knex: Knex;
  /** Kind and place, without a password. */
  description: string;
  /** Table → names of its columns. */
  columns: ReadonlyMap<string, ReadonlySet<string>>;
  close(): Promise<void>;
}

/**
 * Opens a database for reading: `postgres://…`, `mysql://…`, `user:password@tcp(host:port)/database`, or the path of a
 * SQLite file.
 *
 * @param flag named in errors, which never show the text itself: it holds a password
 * @throws when it cannot be opened
 */
export async function openImportSource(flag: string, dsn: string): Promise<ImportSource> {
  const address = parseSourceDsn(flag, dsn);
  const description = describeAddress(address);
  if (address.kind === 'sqlite') await requireFile(flag, address.path);
  try {
    const knex = await connect(address);
    return {
      knex,
      description,
      columns: await listColumns(knex, address.kind),
      close: () => knex.destroy(),
    };
  } catch (error) {
    throw new Error(`${flag}: cannot open ${description}: ${errorMessageOf(error)}`, {
      cause: error,
    });
  }
}

/** What looks like no address of a server is the path of a file. */
function parseSourceDsn(flag: string, dsn: string): DatabaseAddress {
  const text = dsn.trim().replace(/^(sqlite|file):(\/\/(?=\/))?/i, '');
  if (text === '') throw new Error(`${flag} names no database.`);
  const isServer = /^(postgres(ql)?|mysql):\/\//i.test(text) || /@?[a-z0-9]+\(.*\)\//i.test(text);
  return isServer ? parseDsn(flag, text, '') : { kind: 'sqlite', path: text };
}

async function requireFile(flag: string, path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() === true) return;
  throw new Error(
    `${flag}: there is no SQLite file ${path}. A server is given as postgres://…, mysql://… or user:password@tcp(host:3306)/database.`,
  );
}

async function connect(address: DatabaseAddress): Promise<Knex> {
  if (address.kind === 'sqlite') return openReadOnlySqlite(address.path);
  try {
    return await tryOut(address, address.connection.tls === 'prefer' ? 'require' : undefined);
  } catch (error) {
    const isRefused = /does not support (SSL|secure connection)/i.test(errorMessageOf(error));
    if (address.connection.tls !== 'prefer' || !isRefused) throw error;
    return tryOut(address, 'off');
  }
}

async function tryOut(
  address: Exclude<DatabaseAddress, { kind: 'sqlite' }>,
  tls: 'require' | 'off' | undefined,
): Promise<Knex> {
  const settings = { variable: '--dsn', dsn: '', sqlitePath: '', maxOpenConnections: 2 };
  const knex =
    address.kind === 'postgres'
      ? createPostgres({ ...address.connection, ...(tls && { tls }) }, settings)
      : createMysql({ ...address.connection, ...(tls && { tls }) }, settings);
  try {
    await knex.raw('SELECT 1');
    return knex;
  } catch (error) {
    await knex.destroy();
    throw error;
  }
}

/** Nothing is set on the file, not even its journal mode: it stays another program's. */
async function openReadOnlySqlite(filename: string): Promise<Knex> {
  const knex = knexFactory({
    client: 'better-sqlite3',
    connection: { filename, options: { readonly: true } },
    useNullAsDefault: true,
    compileSqlOnError: false,
    pool: { min: 1, max: 1 },
  });
  try {
    await knex.raw('SELECT COUNT(*) FROM sqlite_master');
    return knex;
  } catch (error) {
    await knex.destroy();
    throw error;
  }
}

const columnQueries = {
  sqlite: `SELECT m.name AS tab, c.name AS col FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`,
  postgres: `SELECT table_name AS tab, column_name AS col FROM information_schema.columns WHERE table_schema = current_schema()`,
  mysql: `SELECT TABLE_NAME AS tab, COLUMN_NAME AS col FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()`,
} as const;

async function listColumns(
  knex: Knex,
  kind: keyof typeof columnQueries,
): Promise<Map<string, Set<string>>> {
  const answer: unknown = await knex.raw(columnQueries[kind]);
  const rows = readRawRows(answer) as { tab: string; col: string }[];
  const columns = new Map<string, Set<string>>();
  for (const { tab, col } of rows) {
    const found = columns.get(tab) ?? new Set<string>();
    columns.set(tab, found.add(col));
  }
  return columns;
}

/** Each driver hands the rows of a raw statement over in its own way. */
export function readRawRows(answer: unknown): unknown[] {
  if (Array.isArray(answer)) return Array.isArray(answer[0]) ? answer[0] : answer;
  return (answer as { rows: unknown[] }).rows;
}
