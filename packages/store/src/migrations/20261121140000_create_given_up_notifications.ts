import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Deliveries that failed as often as they may, until somebody has seen to them. */
const givenUpNotifications: TableDefinition = {
  name: 'given_up_notifications',
  columns: [
    { name: 'id', type: 'id' },
    // what the queue called it
    { name: 'queue_id', type: { ascii: 64 }, notNull: true },
    { name: 'body', type: 'long', notNull: true },
    { name: 'attempts', type: 'integer', notNull: true },
    { name: 'problem', type: 'text' },
    // Unix milliseconds
    { name: 'given_up_at', type: 'integer', notNull: true },
  ],
  primaryKey: ['id'],
  indexes: [
    { name: 'idx_given_up_notifications_queue_id', columns: ['queue_id'], isUnique: true },
    { name: 'idx_given_up_notifications_given_up_at', columns: ['given_up_at'] },
  ],
};

export const createGivenUpNotifications: Migration = {
  name: '20261121140000_create_given_up_notifications',
  async up(context) {
    await ensureTable(context, givenUpNotifications);
  },
};
