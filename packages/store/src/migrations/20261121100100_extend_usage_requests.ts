import { ensureColumns } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Whom a request was charged to, so that its charge can be given back whatever became of its log row. */
export const extendUsageRequests: Migration = {
  name: '20261121100100_extend_usage_requests',
  async up(context) {
    await ensureColumns(context, 'usage_requests', [
      { name: 'user_id', type: 'integer' },
      { name: 'token_id', type: 'integer' },
      // Unix seconds; null: not refunded
      { name: 'refunded_at', type: 'integer' },
    ]);
  },
};
