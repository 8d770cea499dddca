import { errors, type Account, type Balance, type QuotaEntry } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { stampRecord } from '../repositories/record-version.ts';
import { lockBalance, moveBalance } from './balances.ts';

/**
 * Writes the reason of a change of a balance; the balance itself is the caller's.
 *
 * @throws `conflict` when the reference was used before
 */
export async function insertQuotaEntry(
  trx: Knex,
  dialect: Dialect,
  entry: QuotaEntry,
  now: number,
): Promise<void> {
  const { account, delta, reason, reference, createdBy } = entry;
  try {
    await trx('quota_entries').insert({
      account_kind: account.kind,
      account_id: account.id,
      delta,
      reason,
      reference,
      created_at: Math.floor(now / 1000),
      created_by: createdBy ?? null,
    });
  } catch (error) {
    if (!dialect.isUniqueViolation(error)) throw error;
    throw errors.conflict(
      { reason: `A quota entry with the reference '${reference}' exists already.` },
      { cause: error },
    );
  }
}

/** Adds an amount to a balance, with its entry. */
export async function addQuota(
  trx: Knex,
  dialect: Dialect,
  entry: QuotaEntry,
  now: number,
): Promise<Balance> {
  requireInteger(entry.delta);
  await requireBalance(trx, dialect, entry.account);
  await insertQuotaEntry(trx, dialect, entry, now);
  await moveBalance(trx, entry.account, entry.delta);
  await stampRecord(trx, entry.account);
  return requireBalance(trx, dialect, entry.account);
}

/** Sets a balance, with an entry of the difference. */
export async function setQuota(
  trx: Knex,
  dialect: Dialect,
  change: {
    account: Account;
    quota: number;
    reason: string;
    ifVersion?: number | undefined;
    createdBy?: number | undefined;
  },
  now: number,
): Promise<Balance | 'stale'> {
  const { account, quota, reason, ifVersion, createdBy } = change;
  requireInteger(quota);
  const before = await requireBalance(trx, dialect, account);
  if (ifVersion !== undefined && ifVersion !== before.version) return 'stale';
  if (before.quota === quota) return before;
  const delta = quota - before.quota;
  const reference = `set:${account.kind}:${account.id}:${before.version + 1}`;
  const entry = {
    account,
    delta,
    reason,
    reference,
    ...(createdBy !== undefined && { createdBy }),
  };
  await insertQuotaEntry(trx, dialect, entry, now);
  await moveBalance(trx, account, delta);
  await stampRecord(trx, account);
  return requireBalance(trx, dialect, account);
}

async function requireBalance(trx: Knex, dialect: Dialect, account: Account): Promise<Balance> {
  const balance = await lockBalance(trx, dialect, account);
  if (balance === undefined) {
    throw errors.invalidRequest({
      reason: `There is no ${account.kind} ${account.id}.`,
      reasonZh: `不存在 id 为 ${account.id} 的${account.kind === 'user' ? '用户' : '令牌'}。`,
    });
  }
  const { isUnlimited: _, ...rest } = balance;
  return rest;
}

function requireInteger(value: number): void {
  if (Number.isSafeInteger(value)) return;
  throw errors.invalidRequest({ param: 'quota', reason: 'Quota must be a whole number.' });
}
