import type { Knex } from 'knex';
import { readSpend, type SpendRow } from '../schema/period-spend-columns.ts';
import { sqlInteger, sqlIntegers } from '../schema/sql-integer.ts';
import type { Dialect } from './dialect.ts';
import {
  rollUpKey,
  rollUpSums,
  type AccountCharge,
  type ChargedBalance,
  type ChargedBalances,
  type UsageWrites,
} from './usage-writes.ts';

const ROWS_AT_ONCE = 250;
/** A CASE is gone through for each row: its cost grows with the square of the accounts. */
const ACCOUNTS_AT_ONCE = 100;

type Charges = readonly AccountCharge[];
type StepDialect = Pick<Dialect, 'forUpdate' | 'addInserted'>;

/** Writes the charges of a transaction one table after the other, many rows with one statement. */
export async function writeUsageInSteps(
  trx: Knex,
  dialect: StepDialect,
  writes: UsageWrites,
): Promise<ChargedBalances> {
  const { table, rows } = writes.logs;
  for (const some of chunk(rows, ROWS_AT_ONCE)) await trx(table).insert(some);
  const users = await chargeUsers(trx, dialect, writes.users);
  const apiTokens = await chargeApiTokens(trx, dialect, writes.apiTokens);
  await chargeChannels(trx, dialect, writes.channels);
  await addToRollUp(trx, dialect, writes);
  return { users, apiTokens };
}

async function chargeUsers(
  trx: Knex,
  dialect: StepDialect,
  charges: Charges,
): Promise<ChargedBalance[]> {
  const columns = { quota: 'quota', version: 'quota_version', ...spendColumns };
  const before = await lockRows(trx, dialect, 'users', charges, columns);
  for (const some of chunk(charges, ACCOUNTS_AT_ONCE)) {
    await trx.raw(
      `UPDATE users SET quota = COALESCE(quota, 0) - ${pick(some, 'quota')},
                        used_quota = COALESCE(used_quota, 0) + ${pick(some, 'quota')},
                        request_count = COALESCE(request_count, 0) + ${pick(some, 'requests')},
                        quota_version = COALESCE(quota_version, 0) + 1
        WHERE id IN (${idsOf(some)})`,
    );
  }
  return toBalances(before, charges);
}

async function chargeApiTokens(
  trx: Knex,
  dialect: StepDialect,
  charges: Charges,
): Promise<ChargedBalance[]> {
  const columns = {
    quota: 'remain_quota',
    version: 'quota_version',
    unlimited: 'unlimited_quota',
    ...spendColumns,
  };
  const before = await lockRows(trx, dialect, 'tokens', charges, columns);
  for (const some of chunk(charges, ACCOUNTS_AT_ONCE)) {
    const lastAt = pick(some, 'lastAt');
    await trx.raw(
      `UPDATE tokens SET remain_quota = CASE WHEN COALESCE(unlimited_quota, false) THEN remain_quota
                                             ELSE COALESCE(remain_quota, 0) - ${pick(some, 'quota')} END,
                         used_quota = COALESCE(used_quota, 0) + ${pick(some, 'quota')},
                         accessed_time = CASE WHEN COALESCE(accessed_time, 0) > ${lastAt} THEN accessed_time
                                              ELSE ${lastAt} END,
                         quota_version = COALESCE(quota_version, 0) + 1
        WHERE id IN (${idsOf(some)})`,
    );
  }
  return toBalances(before, charges);
}

async function chargeChannels(trx: Knex, dialect: StepDialect, charges: Charges): Promise<void> {
  await lockRows(trx, dialect, 'channels', charges, {});
  for (const some of chunk(charges, ACCOUNTS_AT_ONCE)) {
    await trx.raw(
      `UPDATE channels SET used_quota = COALESCE(used_quota, 0) + ${pick(some, 'quota')}
        WHERE id IN (${idsOf(some)})`,
    );
  }
}

async function addToRollUp(
  trx: Knex,
  dialect: StepDialect,
  { rollUp }: UsageWrites,
): Promise<void> {
  const sums = Object.fromEntries<Knex.Raw>(
    rollUpSums.map((column) => [column, trx.raw(dialect.addInserted('usage_hourly', column))]),
  );
  for (const some of chunk(rollUp, ROWS_AT_ONCE)) {
    await trx('usage_hourly')
      .insert(some)
      .onConflict([...rollUpKey])
      .merge(sums);
  }
}

const spendColumns = {
  spend_day: 'spend_day',
  day_spend: 'day_spend',
  month_spend: 'month_spend',
};

interface LockedRow extends SpendRow {
  id: number;
  quota?: number | null;
  version?: number | null;
  unlimited?: number | boolean | null;
}

/** In the order of ids: an update takes its locks in any order, and two of them at once would deadlock. */
async function lockRows(
  trx: Knex,
  dialect: StepDialect,
  table: string,
  charges: Charges,
  columns: Readonly<Record<string, string>>,
): Promise<LockedRow[]> {
  if (charges.length === 0) return [];
  const ids = charges.map(({ id }) => id);
  const query = trx(table)
    .select({ id: 'id', ...columns })
    .whereRaw(`id IN (${sqlIntegers(ids)})`)
    .orderBy('id');
  return (await dialect.forUpdate(query)) as LockedRow[];
}

/** Nobody else changes a locked row: what it holds afterwards is known without reading it again. */
function toBalances(before: readonly LockedRow[], charges: Charges): ChargedBalance[] {
  const quotas = new Map(charges.map(({ id, quota }) => [id, quota]));
  return before.map((row) => {
    const unlimited = Boolean(row.unlimited);
    const charged = unlimited ? 0 : (quotas.get(row.id) ?? 0);
    return {
      id: row.id,
      quota: (row.quota ?? 0) - charged,
      version: (row.version ?? 0) + 1,
      unlimited,
      spend: readSpend(row),
    };
  });
}

/** `CASE id WHEN 1 THEN 20 … ELSE 0 END`. */
function pick(charges: Charges, field: 'quota' | 'requests' | 'lastAt'): string {
  const cases = charges.map(
    (charge) => `WHEN ${sqlInteger(charge.id)} THEN ${sqlInteger(charge[field])}`,
  );
  return `CASE id ${cases.join(' ')} ELSE 0 END`;
}

function idsOf(charges: Charges): string {
  return sqlIntegers(charges.map(({ id }) => id));
}

function* chunk<Item>(items: readonly Item[], size: number): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
