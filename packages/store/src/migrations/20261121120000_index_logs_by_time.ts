import { replaceIndexes } from '../schema/ensure-table.ts';
import type { IndexDefinition } from '../schema/table-definition.ts';
import type { Migration } from './migration.ts';

/**
 * Leads from one value of a column on to the time, and to what a sum needs: the newest rows with that value are found
 * without sorting, and added up without reading the rows.
 */
function byTime(column: string, name: string, ...more: readonly string[]): IndexDefinition {
  return { name, columns: [column, 'created_at', 'id', 'type', 'quota', ...more] };
}

const indexes: readonly IndexDefinition[] = [
  { name: 'idx_logs_time', columns: ['created_at', 'id'] },
  { name: 'idx_logs_type_time', columns: ['type', 'created_at', 'id', 'quota'] },
  byTime('user_id', 'idx_logs_user_time', 'model_name'),
  byTime('username', 'idx_logs_username_time', 'model_name'),
  byTime('token_name', 'idx_logs_token_time'),
  byTime('model_name', 'idx_logs_model_time'),
  byTime('channel_id', 'idx_logs_channel_time'),
];

/** One API's, and an earlier one of ours: each of those above does what one of these did. */
const replaced = [
  'idx_logs_user_id',
  'idx_created_at_type',
  'index_username_model_name',
  'idx_logs_token_name',
  'idx_logs_model_name',
  'idx_logs_channel_id',
  'idx_logs_user_created',
];

/**
 * Every filter of the log gets an index in the order of its answer, in place of those that only found the rows. There
 * are hardly more than before, so a log row costs what it did. A One API that is started again adds its own back by itself.
 */
export const indexLogsByTime: Migration = {
  name: '20261121120000_index_logs_by_time',
  async up(context) {
    // As it is read anyway. In the order of time, databases differ on where rows without one belong.
    await context.connection('logs').whereNull('created_at').update({ created_at: 0 });
    const { contentIndexColumns } = context.dialect;
    await replaceIndexes(context, 'logs', {
      add: indexes,
      raw: contentIndexColumns === undefined ? {} : { idx_logs_content: contentIndexColumns },
      remove: replaced,
    });
  },
};
