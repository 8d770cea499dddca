import type { Knex } from 'knex';
import { readMeta, writeMeta } from './meta.ts';

/** Gives the database this id if it has none yet. Call it under the migration lock. */
export async function noteDatabaseId(connection: Knex, id: string): Promise<void> {
  await connection('turnpike_meta')
    .insert({ name: 'database-id', value: id })
    .onConflict('name')
    .ignore();
}

/**
 * What tells this database from every other. Its backups, and the database that it is moved to, have the same.
 *
 * @throws where somebody removed it
 */
export async function readDatabaseId(connection: Knex): Promise<string> {
  const id = await readMeta(connection, 'database-id');
  if (id !== undefined && id !== '') return id;
  throw new Error(
    'SQL_DSN: the row database-id of the table turnpike_meta is gone. Put it back from a backup; where there is none, insert it with a new UUID as its value.',
  );
}

/** For a database that was restored from a backup of the time before it had an id. */
export async function replaceDatabaseId(connection: Knex, id: string): Promise<void> {
  await writeMeta(connection, 'database-id', id);
}
