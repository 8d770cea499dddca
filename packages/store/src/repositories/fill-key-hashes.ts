import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, type Row } from '../schema/read-column.ts';
import { readKeyHash } from '../secrets/key-columns.ts';

/** Remembers the hashes of tokens that a One API inserted since the migration filled them in. */
export async function fillKeyHashes(
  knex: Knex,
  dialect: Dialect,
  rows: readonly Row[],
): Promise<void> {
  for (const row of rows) {
    const keyHash = readKeyHash(row);
    if (row['key_hash'] != null || keyHash === '') continue;
    try {
      await knex('tokens')
        .where({ id: readNumber(row['id']) })
        .whereNull('key_hash')
        .update({ key_hash: keyHash });
    } catch (error) {
      // Where two rows of an adopted database have one key, the first one keeps it.
      if (!dialect.isUniqueViolation(error)) throw error;
    }
  }
}
