import type { Knex } from 'knex';
import { readSpend, type SpendRow } from '../schema/period-spend-columns.ts';
import { toIntegerArray, unnestRows } from './postgres-arrays.ts';
import {
  rollUpKey,
  rollUpSums,
  type AccountCharge,
  type ChargedBalance,
  type ChargedBalances,
  type UsageWrites,
} from './usage-writes.ts';

/** A part of the statement, and the values of its question marks. */
interface Part {
  sql: string;
  bindings: readonly string[];
}

/**
 * Writes all charges of a transaction with one statement, one round trip. Parts that nothing reads are run after those
 * that are read, always in the same order; rows are locked in the order of their ids.
 */
export async function writeUsageInOne(trx: Knex, writes: UsageWrites): Promise<ChargedBalances> {
  const users = chargeUsers(writes.users);
  const apiTokens = chargeApiTokens(writes.apiTokens);
  const parts = [
    users,
    apiTokens,
    ...(writes.logs.rows.length > 0 ? [insertRows('new_logs', writes.logs)] : []),
    addToRollUp(writes),
    chargeChannels(writes.channels),
  ];
  const { rows } = await trx.raw<{ rows: ChargedRow[] }>(
    `WITH ${parts.map(({ sql }) => sql).join(',\n')}
     SELECT 'user' AS kind, id, quota, version, false AS unlimited, spend_day, day_spend, month_spend
       FROM charged_users
     UNION ALL
     SELECT 'token', id, quota, version, unlimited, spend_day, day_spend, month_spend
       FROM charged_tokens`,
    parts.flatMap(({ bindings }) => bindings),
  );
  return {
    users: rows.filter(({ kind }) => kind === 'user').map(toChargedBalance),
    apiTokens: rows.filter(({ kind }) => kind === 'token').map(toChargedBalance),
  };
}

type ChargedRow = Omit<ChargedBalance, 'spend'> & SpendRow & { kind: 'user' | 'token' };

function toChargedBalance(row: ChargedRow): ChargedBalance {
  const { id, quota, version, unlimited } = row;
  return { id, quota, version, unlimited, spend: readSpend(row) };
}

const SPEND = 'a.spend_day, a.day_spend, a.month_spend';

function chargeUsers(charges: readonly AccountCharge[]): Part {
  const { from, bindings } = lockCharges('users', charges);
  return {
    sql: `charged_users AS (
      UPDATE users a SET quota = COALESCE(a.quota, 0) - c.quota,
                         used_quota = COALESCE(a.used_quota, 0) + c.quota,
                         request_count = COALESCE(a.request_count, 0) + c.requests,
                         quota_version = COALESCE(a.quota_version, 0) + 1
        FROM ${from} WHERE a.id = c.id
      RETURNING a.id, a.quota, a.quota_version AS version, ${SPEND})`,
    bindings,
  };
}

function chargeApiTokens(charges: readonly AccountCharge[]): Part {
  const { from, bindings } = lockCharges('tokens', charges);
  return {
    sql: `charged_tokens AS (
      UPDATE tokens a SET remain_quota = CASE WHEN COALESCE(a.unlimited_quota, false) THEN a.remain_quota
                                              ELSE COALESCE(a.remain_quota, 0) - c.quota END,
                          used_quota = COALESCE(a.used_quota, 0) + c.quota,
                          accessed_time = GREATEST(COALESCE(a.accessed_time, 0), c.last_at),
                          quota_version = COALESCE(a.quota_version, 0) + 1
        FROM ${from} WHERE a.id = c.id
      RETURNING a.id, COALESCE(a.remain_quota, 0) AS quota, a.quota_version AS version,
                COALESCE(a.unlimited_quota, false) AS unlimited, ${SPEND})`,
    bindings,
  };
}

function chargeChannels(charges: readonly AccountCharge[]): Part {
  const { from, bindings } = lockCharges('channels', charges);
  return {
    sql: `charged_channels AS (
      UPDATE channels a SET used_quota = COALESCE(a.used_quota, 0) + c.quota
        FROM ${from} WHERE a.id = c.id)`,
    bindings,
  };
}

/** Charges beside the rows that they are for, which are locked in order before they are changed. */
function lockCharges(
  table: string,
  charges: readonly AccountCharge[],
): { from: string; bindings: string[] } {
  const { from, bindings } = unnestRows(
    charges.map(({ id, quota, requests, lastAt }) => ({ id, quota, requests, lastAt })),
  );
  return {
    from: `(SELECT i.* FROM (SELECT id FROM ${table} WHERE id = ANY(?::bigint[]) ORDER BY id FOR UPDATE) l
              JOIN ${from} AS i(id, quota, requests, last_at) ON i.id = l.id) c`,
    bindings: [toIntegerArray(charges.map(({ id }) => id)), ...bindings],
  };
}

function addToRollUp({ rollUp }: UsageWrites): Part {
  const { sql, bindings } = insertRows('rolled_up', {
    table: 'usage_hourly',
    rows: rollUp.map((row) => ({ ...row })),
  });
  const sums = rollUpSums.map(
    (column) => `${column} = usage_hourly.${column} + excluded.${column}`,
  );
  const onConflict = `ON CONFLICT (${rollUpKey.join(', ')}) DO UPDATE SET ${sums.join(', ')}`;
  return { sql: sql.replace(/\)$/, ` ${onConflict})`), bindings };
}

function insertRows(
  name: string,
  { table, rows }: { table: string; rows: readonly Readonly<Record<string, unknown>>[] },
): Part {
  const { columns, from, bindings } = unnestRows(rows);
  return { sql: `${name} AS (INSERT INTO ${table} (${columns}) SELECT * FROM ${from})`, bindings };
}
