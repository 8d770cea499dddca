import { ensureColumns } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** What users and tokens with a budget for a day or a month were charged in the latest of them. */
export const createBudgets: Migration = {
  name: '20261121100200_create_budgets',
  async up(context) {
    for (const table of ['users', 'tokens']) {
      await ensureColumns(context, table, [
        // UTC day since 1970 of the latest charge; null: no budget, nothing is counted
        { name: 'spend_day', type: 'integer' },
        { name: 'day_spend', type: 'integer', default: 0 },
        { name: 'month_spend', type: 'integer', default: 0 },
      ]);
    }
  },
};
