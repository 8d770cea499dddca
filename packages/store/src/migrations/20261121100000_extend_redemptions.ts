import { ensureColumns } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** Who redeemed a code, and until when it can be. */
export const extendRedemptions: Migration = {
  name: '20261121100000_extend_redemptions',
  async up(context) {
    await ensureColumns(context, 'redemptions', [
      { name: 'used_user_id', type: 'integer', default: 0 },
      // Unix seconds; 0: never
      { name: 'expired_time', type: 'integer', default: 0 },
    ]);
  },
};
