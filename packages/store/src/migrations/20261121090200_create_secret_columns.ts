import { hashKey } from '@turnpike/core';
import { ensureColumns, ensureIndexes } from '../schema/ensure-table.ts';
import type { Migration, MigrationContext } from './migration.ts';

const PAGE = 500;

/** Keys are looked up by hash, and kept sealed where the database is ours. */
export const createSecretColumns: Migration = {
  name: '20261121090200_create_secret_columns',
  async up(context) {
    await ensureColumns(context, 'tokens', [
      { name: 'key_hash', type: { ascii: 64 } },
      { name: 'key_cipher', type: 'text' },
    ]);
    await ensureColumns(context, 'users', [{ name: 'access_token_cipher', type: 'text' }]);
    await fillKeyHashes(context);
    await ensureIndexes(context, 'tokens', [
      { name: 'idx_tokens_key_hash', columns: ['key_hash'], isUnique: true },
      { name: 'idx_tokens_user_id', columns: ['user_id'] },
    ]);
  },
};

async function fillKeyHashes({ connection }: MigrationContext): Promise<void> {
  for (let lastId = 0; ;) {
    const rows = (await connection('tokens')
      .select('id', 'key')
      .where('id', '>', lastId)
      .whereNull('key_hash')
      .orderBy('id')
      .limit(PAGE)) as { id: number; key: string | null }[];
    const last = rows.at(-1);
    if (last === undefined) return;
    lastId = last.id;
    await writeHashes(connection, rows);
  }
}

async function writeHashes(
  connection: MigrationContext['connection'],
  rows: readonly { id: number; key: string | null }[],
): Promise<void> {
  // PostgreSQL pads CHAR columns with blanks.
  const hashes = rows.flatMap(({ id, key }) => {
    const trimmed = key?.trimEnd() ?? '';
    return trimmed === '' ? [] : [{ id, hash: hashKey(trimmed) }];
  });
  if (hashes.length === 0) return;
  const cases = hashes.map(({ id, hash }) => `WHEN ${id} THEN '${hash}'`).join(' ');
  const ids = hashes.map(({ id }) => id).join(',');
  await connection.raw(`UPDATE tokens SET key_hash = CASE id ${cases} END WHERE id IN (${ids})`);
}
