import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureColumns, ensureTable } from '../schema/ensure-table.ts';
import { writeOpeningEntries } from '../ledger/opening-entries.ts';
import type { Migration } from './migration.ts';

/** The request ids that were charged: the primary key is what makes a charge happen once. Kept 35 days. */
const usageRequests: TableDefinition = {
  name: 'usage_requests',
  columns: [
    { name: 'request_id', type: { ascii: 64 }, notNull: true },
    { name: 'charged', type: 'integer', notNull: true },
    // real, expired or recovered
    { name: 'kind', type: { ascii: 16 }, notNull: true },
    // Unix seconds
    { name: 'applied_at', type: 'integer', notNull: true },
    // Unix seconds of the log row; null where consumption is not logged
    { name: 'logged_at', type: 'integer' },
  ],
  primaryKey: ['request_id'],
  indexes: [],
  isClustered: true,
};

/** Every change of a balance that is not usage. */
const quotaEntries: TableDefinition = {
  name: 'quota_entries',
  columns: [
    { name: 'id', type: 'id' },
    // user or token
    { name: 'account_kind', type: { ascii: 16 }, notNull: true },
    { name: 'account_id', type: 'integer', notNull: true },
    { name: 'delta', type: 'integer', notNull: true },
    { name: 'reason', type: 'text' },
    { name: 'reference', type: { exact: 191 }, notNull: true },
    // Unix seconds
    { name: 'created_at', type: 'integer', notNull: true },
    { name: 'created_by', type: 'integer' },
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'idx_quota_entries_reference', columns: ['reference'], isUnique: true },
    { name: 'idx_quota_entries_account', columns: ['account_kind', 'account_id'] },
  ],
};

/** All usage by hour, never pruned. */
const usageHourly: TableDefinition = {
  name: 'usage_hourly',
  columns: [
    // Unix seconds of the beginning of the hour
    { name: 'hour', type: 'integer', notNull: true },
    { name: 'user_id', type: 'integer', notNull: true },
    { name: 'token_id', type: 'integer', notNull: true },
    { name: 'channel_id', type: 'integer', notNull: true },
    { name: 'model_name', type: { exact: 191 }, notNull: true },
    { name: 'requests', type: 'integer', notNull: true, default: 0 },
    { name: 'prompt_tokens', type: 'integer', notNull: true, default: 0 },
    { name: 'completion_tokens', type: 'integer', notNull: true, default: 0 },
    { name: 'quota', type: 'integer', notNull: true, default: 0 },
  ],
  primaryKey: ['hour', 'user_id', 'token_id', 'channel_id', 'model_name'],
  indexes: [
    { name: 'idx_usage_hourly_user', columns: ['user_id', 'hour'] },
    { name: 'idx_usage_hourly_token', columns: ['token_id', 'hour'] },
  ],
  isClustered: true,
};

/** Usage events that could not be applied, with the reason. */
const parkedUsage: TableDefinition = {
  name: 'parked_usage',
  columns: [
    { name: 'request_id', type: { ascii: 64 }, notNull: true },
    { name: 'reason', type: 'text', notNull: true },
    { name: 'event', type: 'long', notNull: true },
    { name: 'parked_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['request_id'],
  indexes: [],
};

/** Log rows on their way to a log database of its own. */
const logOutbox: TableDefinition = {
  name: 'log_outbox',
  columns: [
    { name: 'entry_key', type: { ascii: 96 }, notNull: true },
    { name: 'log_row', type: 'long', notNull: true },
  ],
  primaryKey: ['entry_key'],
  indexes: [],
  isClustered: true,
};

/** The ledger's tables, versions of balances, and an opening entry for every account that is there. */
export const createLedger: Migration = {
  name: '20261121090100_create_ledger',
  async up(context) {
    for (const table of [usageRequests, quotaEntries, usageHourly, parkedUsage, logOutbox]) {
      await ensureTable(context, table);
    }
    const version = { name: 'quota_version', type: 'integer', default: 0 } as const;
    await ensureColumns(context, 'users', [version]);
    await ensureColumns(context, 'tokens', [version]);
    await writeOpeningEntries(context.connection, context.now);
  },
};
