import type { Knex } from 'knex';
import { readMeta, writeMeta } from '../../schema/meta.ts';

/** What a target knows of the move into it. */
export interface MoveMarker {
  /** `started`: rows may be missing, so that nothing else may use this database. */
  state: 'started' | 'done';
  /** Digest of everything in the source. */
  source: string;
  /** Unix milliseconds. */
  startedAt: number;
}

/** How far the rows are copied. */
export interface MovePosition {
  table: string;
  /** Key of the last row that was copied; null: none of this table. */
  after: readonly string[] | null;
}

/** Undefined: nothing was ever moved into this database. */
export async function readMarker(connection: Knex): Promise<MoveMarker | undefined> {
  if (!(await connection.schema.hasTable('turnpike_meta'))) return undefined;
  const text = await readMeta(connection, 'move');
  return text === undefined ? undefined : (JSON.parse(text) as MoveMarker); // our own row
}

export async function writeMarker(connection: Knex, marker: MoveMarker): Promise<void> {
  await writeMeta(connection, 'move', JSON.stringify(marker));
}

/** Undefined: no row was copied yet. */
export async function readPosition(connection: Knex): Promise<MovePosition | undefined> {
  const text = await readMeta(connection, 'move-position');
  return text === undefined ? undefined : (JSON.parse(text) as MovePosition);
}

/**
 * Notes how far the rows are copied, in the transaction that copies them.
 *
 * @throws when it is not where this process left it: another one is moving too
 */
export async function advancePosition(
  trx: Knex,
  from: MovePosition,
  to: MovePosition,
): Promise<void> {
  const count = await trx('turnpike_meta')
    .where({ name: 'move-position', value: JSON.stringify(from) })
    .update({ value: JSON.stringify(to) });
  if (count !== 1)
    throw new Error('Another process is moving into this database at the same time.');
}

export async function writePosition(connection: Knex, position: MovePosition): Promise<void> {
  await writeMeta(connection, 'move-position', JSON.stringify(position));
}

/**
 * Keeps a gateway off a database that has only a part of the rows.
 *
 * @throws while a move into it has not ended
 */
export async function refuseUnfinishedMove(connection: Knex): Promise<void> {
  if ((await readMarker(connection))?.state !== 'started') return;
  throw new Error(
    'SQL_DSN: a move into this database has not ended. Run turnpike move-database again, until it says that it is done.',
  );
}
