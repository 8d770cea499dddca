import type { Account, BookedQuotaEntry } from '@turnpike/core';
import type { Knex } from 'knex';
import { readNumber, readText, type Row } from '../schema/read-column.ts';

/** Changes of a balance that are not usage, newest first. */
export async function listQuotaEntries(
  knex: Knex,
  account: Account,
  { beforeId, limit }: { beforeId?: number; limit: number },
): Promise<BookedQuotaEntry[]> {
  const select = knex('quota_entries')
    .where({ account_kind: account.kind, account_id: account.id })
    .orderBy('id', 'desc')
    .limit(limit);
  if (beforeId !== undefined) void select.where('id', '<', beforeId);
  const rows = (await select) as Row[];
  return rows.map((row) => ({
    id: readNumber(row['id']),
    account,
    delta: readNumber(row['delta']),
    reason: readText(row['reason']),
    reference: readText(row['reference']),
    createdAt: readNumber(row['created_at']),
    createdBy: readNumber(row['created_by']),
  }));
}
