import type { Knex } from 'knex';
import { readMeta, writeMeta } from '../../schema/meta.ts';
import type { ImportKey } from './read-import-rows.ts';
import type { ImportedTable } from './import-types.ts';

/** What a target knows of the import into it. */
export interface ImportMarker {
  /** `started`: rows may be missing, so that nothing else may use this database. */
  state: 'started' | 'done';
  /** Digest of the source. */
  source: string;
}

/** Key of the last row of each table that is here; tables that are absent have none yet. */
export type ImportPosition = Partial<Record<ImportedTable, ImportKey>>;

/** Undefined: nothing was ever imported into this database. */
export async function readImportMarker(connection: Knex): Promise<ImportMarker | undefined> {
  if (!(await connection.schema.hasTable('turnpike_meta'))) return undefined;
  const text = await readMeta(connection, 'import');
  return text === undefined ? undefined : (JSON.parse(text) as ImportMarker); // our own row
}

export async function writeImportMarker(connection: Knex, marker: ImportMarker): Promise<void> {
  await writeMeta(connection, 'import', JSON.stringify(marker));
}

/** How far the tables of this database are copied. The row is made where it is missing. */
export async function readImportPosition(connection: Knex): Promise<ImportPosition> {
  const text = await readMeta(connection, 'import-position');
  if (text !== undefined) return JSON.parse(text) as ImportPosition;
  await writeMeta(connection, 'import-position', '{}');
  return {};
}

/**
 * Notes how far the rows are copied, in the transaction that copies them.
 *
 * @throws when it is not where this process left it: another one is importing too
 */
export async function advanceImport(
  trx: Knex,
  from: ImportPosition,
  to: ImportPosition,
): Promise<void> {
  const count = await trx('turnpike_meta')
    .where({ name: 'import-position', value: JSON.stringify(from) })
    .update({ value: JSON.stringify(to) });
  if (count !== 1)
    throw new Error('Another process is importing into this database at the same time.');
}

/**
 * Keeps a gateway off a database that has only a part of the rows.
 *
 * @throws while an import into it has not ended
 */
export async function refuseUnfinishedImport(connection: Knex): Promise<void> {
  if ((await readImportMarker(connection))?.state !== 'started') return;
  throw new Error(
    'SQL_DSN: an import into this database has not ended. Run the same turnpike import again, until it says that it is done.',
  );
}
