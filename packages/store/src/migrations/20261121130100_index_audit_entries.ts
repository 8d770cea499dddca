import { ensureIndexes } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** The trace is read by who and by what, newest first. */
export const indexAuditEntries: Migration = {
  name: '20261121130100_index_audit_entries',
  async up(context) {
    await ensureIndexes(context, 'audit_entries', [
      { name: 'idx_audit_entries_username', columns: ['username'] },
      { name: 'idx_audit_entries_target', columns: ['target_id'] },
    ]);
  },
};
