import type { ColumnDefinition, TableDefinition } from '../schema/table-definition.ts';
import { ensureColumns, ensureIndexes, ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Tokens that were deleted: relays of a cluster must learn of it. Kept 35 days. */
const removedTokens: TableDefinition = {
  name: 'removed_tokens',
  columns: [
    { name: 'token_id', type: 'integer', notNull: true },
    { name: 'user_id', type: 'integer', notNull: true },
    { name: 'key_hash', type: { ascii: 64 }, notNull: true },
    { name: 'record_version', type: 'integer', notNull: true },
    // Unix seconds
    { name: 'removed_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['token_id'],
  indexes: [{ name: 'idx_removed_tokens_record_version', columns: ['record_version'] }],
};

const columns: readonly ColumnDefinition[] = [
  { name: 'record_version', type: 'integer', default: 0 },
  // JSON of the request limits; null: none
  { name: 'limits', type: 'text' },
];

/** What relays of a cluster follow: versions of users and tokens, drawn from the second row of `config_version`. */
export const createAccountRecords: Migration = {
  name: '20261121090500_create_account_records',
  async up(context) {
    for (const table of ['users', 'tokens']) {
      await ensureColumns(context, table, columns);
      await ensureIndexes(context, table, [
        { name: `idx_${table}_record_version`, columns: ['record_version'] },
      ]);
    }
    await ensureTable(context, removedTokens);
    await context
      .connection('config_version')
      .insert({ id: 2, version: 0 })
      .onConflict('id')
      .ignore();
  },
};
