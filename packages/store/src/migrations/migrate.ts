import { silentLogger, type Logger } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Database } from '../connect.ts';
import { ensureTable, type SchemaContext } from '../schema/ensure-table.ts';
import { readMeta, writeMeta } from '../schema/meta.ts';
import type { TableDefinition } from '../schema/table-definition.ts';
import { copySqliteFile } from './copy-sqlite-file.ts';
import { logMigrations, migrations } from './index.ts';
import type { Migration, Origin } from './migration.ts';

/** What a database remembers about itself; there before any migration. */
export const metaTables: readonly TableDefinition[] = [
  {
    name: 'turnpike_meta',
    columns: [
      { name: 'name', type: { ascii: 64 }, notNull: true },
      { name: 'value', type: 'text', notNull: true },
    ],
    primaryKey: ['name'],
    indexes: [],
  },
  {
    name: 'turnpike_migrations',
    columns: [
      { name: 'name', type: { ascii: 128 }, notNull: true },
      { name: 'applied_at', type: 'integer', notNull: true },
    ],
    primaryKey: ['name'],
    indexes: [],
  },
];

export interface MigrateOptions {
  logger?: Logger;
  /** Unix milliseconds. */
  now?: number;
  /** `logs`: the database holds nothing but logs (`LOG_SQL_DSN`). */
  contents?: 'all' | 'logs';
}

export interface MigrationReport {
  origin: Origin;
  /** Names of the migrations that were run now. */
  applied: readonly string[];
  /** Path of the copy that was made of an adopted SQLite file. */
  copy: string | undefined;
}

/**
 * Brings the database to the newest schema: creates it, adopts the database of a One API, or goes on from an earlier
 * release. Under a lock of the database, so that several processes may call it at once; again, it does nothing.
 */
export async function migrate(
  database: Database,
  { logger = silentLogger, now = Date.now(), contents = 'all' }: MigrateOptions = {},
): Promise<MigrationReport> {
  const { knex, dialect } = database;
  const list = contents === 'all' ? migrations : logMigrations;
  if (await isUpToDate(knex, list)) {
    return { origin: await originOf(knex), applied: [], copy: undefined };
  }
  return dialect.withMigrationLock(knex, async (connection) => {
    const context = { connection, dialect, logger };
    const { origin, copy } = await prepare(context, database, contents, now);
    const applied: string[] = [];
    for (const migration of list) {
      if (await isApplied(connection, migration)) continue;
      await migration.up({ ...context, origin, now });
      await connection('turnpike_migrations').insert({
        name: migration.name,
        applied_at: Math.floor(now / 1000),
      });
      applied.push(migration.name);
      logger.info({ migration: migration.name }, 'database migrated');
    }
    return { origin, applied, copy };
  });
}

/** Whether the database has every migration that this version knows: a node that may not migrate waits for it. */
export async function isMigrated(database: Database): Promise<boolean> {
  return isUpToDate(database.knex, migrations);
}

async function isUpToDate(knex: Knex, list: readonly Migration[]): Promise<boolean> {
  if (!(await knex.schema.hasTable('turnpike_migrations'))) return false;
  const rows = await knex('turnpike_migrations').select<{ name: string }[]>('name');
  const applied = new Set(rows.map(({ name }) => name));
  return list.every(({ name }) => applied.has(name));
}

async function isApplied(connection: Knex, { name }: Migration): Promise<boolean> {
  const rows = (await connection('turnpike_migrations')
    .select('name')
    .where({ name })) as unknown[];
  return rows.length > 0;
}

/** Decides, once and before anything is created, whether the database is ours or somebody else's. */
async function prepare(
  context: SchemaContext,
  database: Database,
  contents: 'all' | 'logs',
  now: number,
): Promise<{ origin: Origin; copy: string | undefined }> {
  const { connection } = context;
  if (await connection.schema.hasTable('turnpike_meta')) {
    const origin = await readMeta(connection, 'origin');
    if (origin !== undefined) return { origin: origin as Origin, copy: undefined };
  }
  const isForeign = await connection.schema.hasTable(contents === 'all' ? 'users' : 'logs');
  const origin: Origin = isForeign ? 'adopted' : 'created';
  const copy =
    isForeign && database.sqliteFile !== undefined
      ? await copySqliteFile(database.sqliteFile, now)
      : undefined;
  for (const table of metaTables) await ensureTable(context, table);
  await writeMeta(connection, 'origin', origin);
  await writeMeta(connection, 'secrets', isForeign ? 'clear' : 'sealed');
  context.logger.info({ database: database.description, origin, copy }, 'database found');
  return { origin, copy };
}

async function originOf(knex: Knex): Promise<Origin> {
  return (await readMeta(knex, 'origin')) === 'adopted' ? 'adopted' : 'created';
}
