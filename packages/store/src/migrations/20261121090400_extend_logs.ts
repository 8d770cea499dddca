import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureColumns, ensureIndexes, ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';
import { logsTable } from './one-api-tables.ts';

/** Entries of the outbox that have arrived: a second delivery changes nothing. */
const logReceipts: TableDefinition = {
  name: 'log_receipts',
  columns: [
    { name: 'entry_key', type: { ascii: 96 }, notNull: true },
    { name: 'received_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['entry_key'],
  indexes: [{ name: 'idx_log_receipts_received', columns: ['received_at'] }],
  isClustered: true,
};

/** What a bill can be recomputed from, and the indexes that lists and clean-up need. */
export const extendLogs: Migration = {
  name: '20261121090400_extend_logs',
  async up(context) {
    await ensureTable(context, logsTable);
    await context.dialect.ensureUnicode(context.connection, logsTable.name);
    await ensureTable(context, logReceipts);
    await ensureColumns(context, 'logs', [
      { name: 'token_id', type: 'integer' },
      { name: 'details', type: 'text' },
    ]);
    await ensureIndexes(context, 'logs', [
      { name: 'idx_logs_user_created', columns: ['user_id', 'created_at'] },
      ...(context.dialect.indexesRequestIds
        ? [{ name: 'idx_logs_request_id', columns: ['request_id'] }]
        : []),
    ]);
  },
};
