import type { Logger, SecretBox } from '@turnpike/core';
import type { Knex } from 'knex';
import { openDatabase, type Database } from '../../connect.ts';
import { metaTables, migrate } from '../../migrations/migrate.ts';
import { ensureTable } from '../../schema/ensure-table.ts';
import { areSecretsSealed } from '../../schema/meta.ts';
import { importedTables, type ImportedTable } from './import-types.ts';
import { readImportMarker, writeImportMarker, type ImportMarker } from './import-marker.ts';
import type { Sealing } from './seal-row.ts';

export interface ImportTargetSettings {
  /** `SQL_DSN` and `LOG_SQL_DSN`; empty: the SQLite file, and the main database. */
  sqlDsn: string;
  logSqlDsn: string;
  sqlitePath: string;
}

export interface ImportTarget {
  main: Database;
  /** The same as `main` where logs have no database of their own. */
  logs: Database;
  /** Where the rows of a table go. */
  databaseOf(table: ImportedTable): Database;
  close(): Promise<void>;
}

/** @throws when a database cannot be reached */
export async function openImportTarget(
  { sqlDsn, logSqlDsn, sqlitePath }: ImportTargetSettings,
  logger: Logger,
): Promise<ImportTarget> {
  const main = await openDatabase({ variable: 'SQL_DSN', dsn: sqlDsn, sqlitePath, logger });
  try {
    const logs =
      logSqlDsn.trim() === ''
        ? main
        : await openDatabase({ variable: 'LOG_SQL_DSN', dsn: logSqlDsn, sqlitePath, logger });
    return {
      main,
      logs,
      databaseOf: (table) => (table === 'logs' ? logs : main),
      async close() {
        if (logs !== main) await logs.close();
        await main.close();
      },
    };
  } catch (error) {
    await main.close();
    throw error;
  }
}

/**
 * Undefined: nothing was imported yet, and nobody uses the databases.
 *
 * @throws when there are rows that no import brought
 */
export async function requireImportable(target: ImportTarget): Promise<ImportMarker | undefined> {
  const marker = await readImportMarker(target.main.knex);
  if (marker !== undefined) return marker;
  for (const table of importedTables) {
    const { knex, description } = target.databaseOf(table);
    if (!(await hasRows(knex, table))) continue;
    throw new Error(
      `The ${description} is in use: there are rows in ${table}. An import goes into an empty database: set SQL_DSN or SQLITE_PATH${table === 'logs' ? ' or LOG_SQL_DSN' : ''} to a new one, and start the gateway on it afterwards, not before.`,
    );
  }
  return undefined;
}

async function hasRows(knex: Knex, table: string): Promise<boolean> {
  if (!(await knex.schema.hasTable(table))) return false;
  return ((await knex(table).select(knex.raw('1')).limit(1)) as unknown[]).length > 0;
}

/** Brings the target to the schema of this version, marked as one that is not complete yet before anything is in it. */
export async function prepareImportTarget(
  { main, logs }: ImportTarget,
  source: string,
  { logger, now }: { logger: Logger; now: number },
): Promise<void> {
  if ((await readImportMarker(main.knex)) === undefined) {
    const context = { connection: main.knex, dialect: main.dialect, logger };
    for (const table of metaTables) await ensureTable(context, table);
    await writeImportMarker(main.knex, { state: 'started', source });
  }
  await migrate(main, { logger, now });
  if (logs !== main) await migrate(logs, { logger, now, contents: 'logs' });
}

export async function readSealing({ main }: ImportTarget, secretBox: SecretBox): Promise<Sealing> {
  return { secretBox, isSealed: await areSecretsSealed(main.knex) };
}
