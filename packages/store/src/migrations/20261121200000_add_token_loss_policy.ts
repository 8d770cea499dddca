import { ensureColumns } from '../schema/ensure-table.ts';
import type { Migration } from './migration.ts';

/** What a translation may lose of a token's requests; empty or null: what the option says. */
export const addTokenLossPolicy: Migration = {
  name: '20261121200000_add_token_loss_policy',
  async up(context) {
    await ensureColumns(context, 'tokens', [{ name: 'loss_policy', type: 'string' }]);
  },
};
