import { ensureColumns } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Beside usage events, jobs of the queue that are no batches can be parked: `event` then holds their text as it is. */
export const extendParkedUsage: Migration = {
  name: '20261121091500_extend_parked_usage',
  async up(context) {
    await ensureColumns(context, 'parked_usage', [
      // event or job
      { name: 'kind', type: { ascii: 16 }, notNull: true, default: 'event' },
    ]);
  },
};
