import type { Account, RefundResult } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readSum } from '../schema/read-aggregate.ts';
import { stampRecord } from '../repositories/record-version.ts';
import { lockBalance, moveBalance } from './balances.ts';
import { insertQuotaEntry } from './quota-entries.ts';
import { readWrittenOff, type ChargedRequest } from './written-off.ts';

interface RequestRow extends ChargedRequest {
  user_id: number | null;
  token_id: number | null;
  refunded_at: number | null;
}

/**
 * Gives back what one request was charged: an entry for the user, and one for the token where it is limited. What was
 * used stays counted as used. Repeated, it changes nothing and says the same.
 */
export async function refundRequest(
  trx: Knex,
  dialect: Dialect,
  { requestId, createdBy }: { requestId: string; createdBy: number },
  now: number,
): Promise<RefundResult> {
  // Before the balances, as applyUsage takes its locks.
  const [row] = (await dialect.forUpdate(
    trx('usage_requests').where({ request_id: requestId }),
  )) as RequestRow[];
  if (row?.user_id == null || row.token_id == null) return 'unknown';
  const user: Account = { kind: 'user', id: row.user_id };
  const apiToken: Account = { kind: 'token', id: row.token_id };
  const result = { userId: user.id, apiTokenId: apiToken.id };
  if (row.refunded_at !== null) {
    const quota = await readSum(
      trx('quota_entries').where({ reference: referenceOf(user, requestId) }),
      'delta',
    );
    return { ...result, quota, isRepeated: true };
  }
  const quota = await refundTo(trx, dialect, { account: user, requestId, row, createdBy }, now);
  if (quota === 0) return 'nothing-charged';
  const ofToken = (await wasUnlimited(trx, apiToken, row.applied_at))
    ? 0
    : await refundTo(trx, dialect, { account: apiToken, requestId, row, createdBy }, now);
  await trx('usage_requests')
    .where({ request_id: requestId })
    // An assumed charge is final from here on: real usage that arrives late would be charged as if it were not refunded.
    .update({ refunded_at: Math.floor(now / 1000), kind: 'real' });
  await stampRecord(trx, user);
  if (ofToken > 0) await stampRecord(trx, apiToken);
  return { ...result, quota, isRepeated: false };
}

/** Resolves to the quota units that were given back; 0 where there is nothing, or nobody any more. */
async function refundTo(
  trx: Knex,
  dialect: Dialect,
  refund: { account: Account; requestId: string; row: RequestRow; createdBy: number },
  now: number,
): Promise<number> {
  const { account, requestId, row, createdBy } = refund;
  const balance = await lockBalance(trx, dialect, account);
  if (balance === undefined || balance.isUnlimited) return 0;
  const delta = row.charged - (await readWrittenOff(trx, account, row));
  if (delta <= 0) return 0;
  const reference = referenceOf(account, requestId);
  const entry = { account, delta, reason: 'refund', reference, createdBy };
  await insertQuotaEntry(trx, dialect, entry, now);
  await moveBalance(trx, account, delta);
  return delta;
}

/** A token that became limited later than the charge: its balance was never lowered by it. */
async function wasUnlimited(trx: Knex, { kind, id }: Account, since: number): Promise<boolean> {
  const [entry] = (await trx('quota_entries')
    .select('id')
    .where({ account_kind: kind, account_id: id, reason: 'limited' })
    .where('created_at', '>=', since)
    .limit(1)) as unknown[];
  return entry !== undefined;
}

function referenceOf({ kind }: Account, requestId: string): string {
  return `refund:${kind}:${requestId}`;
}
