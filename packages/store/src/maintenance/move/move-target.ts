import { type Logger } from '@turnpike/core';
import type { Knex } from 'knex';
import { openDatabase, type Database } from '../../connect.ts';
import { metaTables, migrate } from '../../migrations/migrate.ts';
import { ensureTable } from '../../schema/ensure-table.ts';
import type { MoveTable } from './move-column.ts';
import {
  readMarker,
  readPosition,
  writeMarker,
  writePosition,
  type MoveMarker,
  type MovePosition,
} from './move-marker.ts';
import { targetDialects, type TargetDialect } from './target-dialect.ts';

export interface MoveTarget {
  database: Database;
  dialect: TargetDialect;
}

/** Written by migrations, so that they are there before anybody used the database. */
const SEEDED_TABLES: ReadonlySet<string> = new Set(['config_version']);

/** @throws when the text names no other database, or one that cannot be reached */
export async function openTarget(dsn: string, logger: Logger): Promise<MoveTarget> {
  if (dsn.trim() === '') throw new Error('--to names no database.');
  const database = await openDatabase({ variable: '--to', dsn, sqlitePath: '', logger });
  const { name } = database.dialect;
  if (name === 'sqlite') throw new Error('--to: SQLite cannot be the target.');
  return { database, dialect: targetDialects[name] };
}

/**
 * Brings the target to the schema of this version, marked as the target of a move before anything else is in it.
 *
 * @throws when it is neither empty nor the target of an earlier move
 */
export async function prepareTarget(
  { database, dialect }: MoveTarget,
  { logger, now }: { logger: Logger; now: number },
): Promise<MoveMarker> {
  const { knex } = database;
  let marker = await readMarker(knex);
  if (marker === undefined) {
    await requireEmpty(knex, dialect);
    const context = { connection: knex, dialect: database.dialect, logger };
    for (const table of metaTables) await ensureTable(context, table);
    marker = { state: 'started', source: '', startedAt: now };
    await writeMarker(knex, marker);
  }
  if (marker.state === 'started') await migrate(database, { logger, now });
  return marker;
}

async function requireEmpty(knex: Knex, dialect: TargetDialect): Promise<void> {
  const names = await dialect.listTables(knex);
  const tables = names.filter((name) => name !== 'turnpike_meta' && name !== 'turnpike_migrations');
  for (const table of tables) {
    const isOurs = names.includes('turnpike_migrations');
    if (isOurs && (SEEDED_TABLES.has(table) || !(await hasRows(knex, table)))) continue;
    throw new Error(
      `--to: this database is not empty (${isOurs ? `there are rows in ${table}` : `it has the table ${table}`}), and nothing was moved into it before. Create an empty one.`,
    );
  }
}

async function hasRows(knex: Knex, table: string): Promise<boolean> {
  return ((await knex(table).select(knex.raw('1')).limit(1)) as unknown[]).length > 0;
}

/**
 * Ties the target to its source, and tells where the copying begins or goes on.
 *
 * @throws when rows of another source, or of this one as it was before, are in the target
 */
export async function beginMove(
  { database: { knex, dialect } }: MoveTarget,
  tables: readonly MoveTable[],
  source: string,
): Promise<MovePosition> {
  const start: MovePosition = { table: tables[0]?.name ?? '', after: null };
  return dialect.withMigrationLock(knex, async (connection) => {
    const marker = await readMarker(connection);
    if (marker === undefined) throw new Error('The target has lost its marker.');
    requireSource(marker, source);
    const position = await readPosition(connection);
    if (position !== undefined) return position;
    // What the migrations wrote comes from the source again.
    for (const { name } of tables) await connection(name).delete();
    await writeMarker(connection, { ...marker, source });
    await writePosition(connection, start);
    return start;
  });
}

/** @throws when the marker is that of another source */
export function requireSource(marker: MoveMarker, source: string): void {
  if (marker.source === '' || marker.source === source) return;
  throw new Error(
    marker.state === 'done'
      ? '--to: a move into this database is done already, from another source or from this one as it was then. Create an empty one.'
      : '--to: a move into this database was started from another source, or the source has changed since. Create an empty one.',
  );
}
