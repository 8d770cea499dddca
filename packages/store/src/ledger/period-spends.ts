import {
  addSpend,
  hasBudget,
  monthStartOf,
  utcDayOf,
  type Account,
  type PeriodSpend,
  type RequestLimits,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { ChargedBalance, AccountCharge } from '../dialects/usage-writes.ts';
import { readSpend, toSpendColumns, type SpendRow } from '../schema/period-spend-columns.ts';
import { readSum } from '../schema/read-aggregate.ts';
import type { Row } from '../schema/read-column.ts';
import { accountTables } from './balances.ts';

const DAY_SECONDS = 86_400;

/**
 * Counts charges of accounts with a budget, whose rows are locked: so they can be computed here.
 *
 * @returns what each of them has spent now
 */
export async function countSpends(
  trx: Knex,
  kind: Account['kind'],
  balances: readonly ChargedBalance[],
  charges: ReadonlyMap<number, AccountCharge>,
): Promise<ReadonlyMap<number, PeriodSpend>> {
  const spends = new Map<number, PeriodSpend>();
  for (const { id, spend } of balances) {
    const charge = charges.get(id);
    if (spend === undefined || charge === undefined) continue;
    const after = addSpend(spend, charge.spend);
    await trx(accountTables[kind].table).where({ id }).update(toSpendColumns(after));
    spends.set(id, after);
  }
  return spends;
}

/**
 * The columns to write beside new limits: a first budget begins with what the roll-up says was used in its day and
 * month, the last one ends the counting. The row must be locked; applying usage locks it before the roll-up.
 *
 * @param before the row as it is
 */
export async function spendColumnsFor(
  trx: Knex,
  { kind, id }: Account,
  limits: RequestLimits,
  before: SpendRow,
  now: number,
): Promise<Row> {
  if (!hasBudget(limits)) return toSpendColumns(undefined);
  if (readSpend(before) !== undefined) return {};
  const day = utcDayOf(now);
  const sumSince = (since: number): Promise<number> =>
    readSum(
      trx('usage_hourly')
        .where({ [`${kind}_id`]: id })
        .where('hour', '>=', since * DAY_SECONDS),
      'quota',
    );
  return toSpendColumns({
    day,
    dayQuota: await sumSince(day),
    monthQuota: await sumSince(monthStartOf(day)),
  });
}

/** The columns of a new account. */
export function firstSpendColumns(limits: RequestLimits | undefined, now: number): Row {
  return hasBudget(limits)
    ? toSpendColumns({ day: utcDayOf(now), dayQuota: 0, monthQuota: 0 })
    : {};
}
