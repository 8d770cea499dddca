import { ensureColumns, ensureIndexes } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** A name by which several channels are edited at once; the column that New API has for it. */
export const addChannelTags: Migration = {
  name: '20261121130000_add_channel_tags',
  async up(context) {
    await ensureColumns(context, 'channels', [{ name: 'tag', type: 'string' }]);
    await ensureIndexes(context, 'channels', [{ name: 'idx_channels_tag', columns: ['tag'] }]);
  },
};
