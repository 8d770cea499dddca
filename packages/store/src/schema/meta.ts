import type { Knex } from 'knex';

/** Facts about this database, by name. */
export type MetaName =
  | 'origin'
  /** What tells this database from every other. */
  | 'database-id'
  | 'secrets'
  | 'logs-removed-before'
  /** Since when users are told of a low balance. */
  | 'quota-reminders-began'
  /** That the rows came from another database, and how far they are copied. */
  | 'move'
  | 'move-position'
  /** The same for the import of another program's database. */
  | 'import'
  | 'import-position'
  /** Written and removed to see whether anything can be. */
  | 'write-check';

/** What the database remembers about itself; undefined where it does not. */
export async function readMeta(connection: Knex, name: MetaName): Promise<string | undefined> {
  const [row] = (await connection('turnpike_meta').select('value').where({ name })) as {
    value: string;
  }[];
  return row?.value;
}

export async function writeMeta(connection: Knex, name: MetaName, value: string): Promise<void> {
  await connection('turnpike_meta').insert({ name, value }).onConflict('name').merge();
}

/** Whether secrets are sealed in this database; an adopted one keeps them as they were until it is told otherwise. */
export async function areSecretsSealed(connection: Knex): Promise<boolean> {
  return (await readMeta(connection, 'secrets')) === 'sealed';
}
