import type { Account } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readSum } from '../schema/read-aggregate.ts';
import { lockBalance } from './balances.ts';
import { insertQuotaEntry } from './quota-entries.ts';

/**
 * Books the difference between a stored balance and Σ entries − Σ roll-up, so that both agree from here on: for a
 * balance that begins to count, or that somebody else changed. The balance itself stays as it is.
 *
 * Exact while usage is applied: that locks the same row before it touches the roll-up.
 *
 * @returns the difference, 0 where both agreed
 */
export async function reconcileAccount(
  trx: Knex,
  dialect: Dialect,
  account: Account,
  entry: { reason: string; reference: string; createdBy?: number },
  now: number,
): Promise<number> {
  const balance = await lockBalance(trx, dialect, account);
  if (balance === undefined) return 0;
  const delta = balance.quota - (await readExpected(trx, account));
  if (delta !== 0) await insertQuotaEntry(trx, dialect, { account, delta, ...entry }, now);
  return delta;
}

async function readExpected(trx: Knex, { kind, id }: Account): Promise<number> {
  const entries = trx('quota_entries').where({ account_kind: kind, account_id: id });
  const usage = trx('usage_hourly').where({ [`${kind}_id`]: id });
  return (await readSum(entries, 'delta')) - (await readSum(usage, 'quota'));
}
