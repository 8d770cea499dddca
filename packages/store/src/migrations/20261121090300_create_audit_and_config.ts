import type { TableDefinition } from '../schema/table-definition.ts';
import { ensureTable } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Who changed what, without secrets. */
const auditEntries: TableDefinition = {
  name: 'audit_entries',
  columns: [
    { name: 'id', type: 'id' },
    // Unix milliseconds
    { name: 'at', type: 'integer', notNull: true },
    { name: 'user_id', type: 'integer', notNull: true },
    { name: 'username', type: 'string' },
    { name: 'action', type: 'string', notNull: true },
    { name: 'target_id', type: 'string' },
    { name: 'details', type: 'long' },
    { name: 'client_address', type: 'string' },
  ],
  primaryKey: ['id'],
  indexes: [{ name: 'idx_audit_entries_at', columns: ['at'] }],
};

/** One row, incremented in the transaction of every change that relays must learn of. */
const configVersion: TableDefinition = {
  name: 'config_version',
  columns: [
    { name: 'id', type: 'integer', notNull: true },
    { name: 'version', type: 'integer', notNull: true },
  ],
  primaryKey: ['id'],
  indexes: [],
};

export const createAuditAndConfig: Migration = {
  name: '20261121090300_create_audit_and_config',
  async up(context) {
    await ensureTable(context, auditEntries);
    await ensureTable(context, configVersion);
    await context
      .connection('config_version')
      .insert({ id: 1, version: 1 })
      .onConflict('id')
      .ignore();
  },
};
