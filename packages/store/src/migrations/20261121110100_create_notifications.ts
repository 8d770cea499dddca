import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** What waits to be delivered, where there is no Redis to hold it. */
const notifications: TableDefinition = {
  name: 'notifications',
  columns: [
    { name: 'id', type: { ascii: 64 }, notNull: true },
    { name: 'body', type: 'long', notNull: true },
    { name: 'attempts', type: 'integer', notNull: true, default: 0 },
    // Unix milliseconds
    { name: 'created_at', type: 'integer', notNull: true },
    { name: 'due_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['id'],
  indexes: [{ name: 'idx_notifications_due_at', columns: ['due_at'] }],
};

/** Users who were told that their balance is low, until it is not any more. */
const quotaReminders: TableDefinition = {
  name: 'quota_reminders',
  columns: [
    { name: 'user_id', type: 'integer', notNull: true },
    // 1: low, 2: used up
    { name: 'level', type: 'integer', notNull: true },
    // Unix milliseconds
    { name: 'told_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['user_id'],
  indexes: [],
};

export const createNotifications: Migration = {
  name: '20261121110100_create_notifications',
  async up(context) {
    for (const table of [notifications, quotaReminders]) await ensureTable(context, table);
  },
};
