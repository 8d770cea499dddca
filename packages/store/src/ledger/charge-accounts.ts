import type { Account } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { sqlInteger, sqlIntegers } from '../schema/sql-integer.ts';
import { accountTables, moveBalance, readBalances } from './balances.ts';
import { insertQuotaEntry } from './quota-entries.ts';
import { writeOffOf, type AccountSum } from './usage-sums.ts';

type Sums = ReadonlyMap<number, AccountSum>;

/**
 * Takes what was used from the balances, in one statement for all accounts of a kind. Whether a token is unlimited is
 * decided by its row at this moment, whatever it was when the request began: so the ledger adds up after a switch.
 */
export async function chargeAccounts(
  trx: Knex,
  dialect: Dialect,
  kind: Account['kind'],
  sums: Sums,
  now: number,
): Promise<void> {
  if (sums.size === 0) return;
  await lockInOrder(trx, dialect, accountTables[kind].table, sums);
  await trx.raw(kind === 'user' ? chargeUsersSql(sums) : chargeTokensSql(sums));
  await writeOffOverdrafts(trx, dialect, kind, sums, now);
}

export async function chargeChannels(trx: Knex, dialect: Dialect, sums: Sums): Promise<void> {
  if (sums.size === 0) return;
  await lockInOrder(trx, dialect, 'channels', sums);
  await trx.raw(
    `UPDATE channels SET used_quota = COALESCE(used_quota, 0) + ${pick(sums, 'quota')}
      WHERE id IN (${sqlIntegers(sums.keys())})`,
  );
}

function chargeUsersSql(sums: Sums): string {
  return `UPDATE users SET quota = COALESCE(quota, 0) - ${pick(sums, 'quota')},
                           used_quota = COALESCE(used_quota, 0) + ${pick(sums, 'quota')},
                           request_count = COALESCE(request_count, 0) + ${pick(sums, 'requests')},
                           quota_version = COALESCE(quota_version, 0) + 1
           WHERE id IN (${sqlIntegers(sums.keys())})`;
}

function chargeTokensSql(sums: Sums): string {
  const lastAt = pick(sums, 'lastAt');
  return `UPDATE tokens SET remain_quota = CASE WHEN COALESCE(unlimited_quota, false) THEN remain_quota
                                                ELSE COALESCE(remain_quota, 0) - ${pick(sums, 'quota')} END,
                            used_quota = COALESCE(used_quota, 0) + ${pick(sums, 'quota')},
                            accessed_time = CASE WHEN COALESCE(accessed_time, 0) > ${lastAt} THEN accessed_time
                                                 ELSE ${lastAt} END,
                            quota_version = COALESCE(quota_version, 0) + 1
           WHERE id IN (${sqlIntegers(sums.keys())})`;
}

/** `CASE id WHEN 1 THEN 20 … ELSE 0 END`. */
function pick(sums: Sums, field: 'quota' | 'requests' | 'lastAt'): string {
  const cases = Array.from(
    sums.values(),
    (sum) => `WHEN ${sqlInteger(sum.id)} THEN ${sqlInteger(sum[field])}`,
  );
  return `CASE id ${cases.join(' ')} ELSE 0 END`;
}

/** One statement may take its locks in any order; two of them at once would then deadlock. */
async function lockInOrder(trx: Knex, dialect: Dialect, table: string, sums: Sums): Promise<void> {
  if (sums.size < 2 || dialect.name === 'sqlite') return;
  await dialect.forUpdate(
    trx(table)
      .select('id')
      .whereIn('id', [...sums.keys()])
      .orderBy('id'),
  );
}

/** With the hard budget no balance stays below zero: the rest is written off, visibly. */
async function writeOffOverdrafts(
  trx: Knex,
  dialect: Dialect,
  kind: Account['kind'],
  sums: Sums,
  now: number,
): Promise<void> {
  const hard = [...sums.values()].filter(({ hardQuota }) => hardQuota > 0).map(({ id }) => id);
  if (hard.length === 0) return;
  const balances = await readBalances(
    trx,
    kind === 'user' ? hard : [],
    kind === 'token' ? hard : [],
  );
  for (const { id, quota } of kind === 'user' ? balances.users : balances.apiTokens) {
    const sum = sums.get(id);
    const delta = sum === undefined ? 0 : writeOffOf(quota, sum);
    if (sum === undefined || delta === 0) continue;
    const account = { kind, id };
    const reference = `write-off:${kind}:${sum.hardKey}`;
    await insertQuotaEntry(trx, dialect, { account, delta, reason: 'write-off', reference }, now);
    await moveBalance(trx, account, delta);
  }
}
