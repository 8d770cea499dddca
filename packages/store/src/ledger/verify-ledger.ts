import type { Account, LedgerMismatch, LedgerPage, LedgerVerification } from '@turnpike/core';
import type { Knex } from 'knex';
import { readCount, readSum } from '../schema/read-aggregate.ts';
import { readMeta } from '../schema/meta.ts';
import { accountTables } from './balances.ts';
import { countMissingLogs } from './count-missing-logs.ts';

/**
 * Compares each balance with Σ entries − Σ roll-up. The database does the adding, in one statement for each kind of
 * account, so that it is exact while requests are being charged.
 *
 * @param logs where the log rows are, if not in the same database
 */
export async function verifyLedger(
  knex: Knex,
  logs: Knex | undefined,
): Promise<LedgerVerification> {
  const removedBefore = Number((await readMeta(knex, 'logs-removed-before')) ?? 0);
  return {
    usersChecked: await countAccounts(knex, 'user'),
    apiTokensChecked: await countAccounts(knex, 'token'),
    mismatches: [...(await findMismatches(knex, 'user')), ...(await findMismatches(knex, 'token'))],
    rollUpQuota: await readSum(knex('usage_hourly'), 'quota'),
    requestsWithoutLog: await countMissingLogs(knex, logs, removedBefore),
  };
}

function countAccounts(knex: Knex, kind: Account['kind']): Promise<number> {
  const query = knex(accountTables[kind].table);
  return readCount(kind === 'token' ? query.whereRaw(IS_LIMITED) : query);
}

const IS_LIMITED = 'NOT COALESCE(unlimited_quota, false)';

/** Balances that differ from what the ledger says. */
export function findMismatches(knex: Knex, kind: Account['kind']): Promise<LedgerMismatch[]> {
  return compareBalances(knex, kind, (query) => query);
}

/** Compares the next accounts, by id. */
export async function verifyPage(
  knex: Knex,
  kind: Account['kind'],
  afterId: number,
  limit: number,
): Promise<LedgerPage> {
  const rows = (await knex(accountTables[kind].table)
    .select('id')
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)) as { id: number }[];
  const highest = rows.at(-1)?.id;
  if (highest === undefined) return { checked: 0, mismatches: [], lastId: undefined };
  const mismatches = await compareBalances(knex, kind, (query, column) =>
    query.where(column, '>', afterId).where(column, '<=', highest),
  );
  const lastId = rows.length < limit ? undefined : highest;
  return { checked: rows.length, mismatches, lastId };
}

/** @param narrow restricts a query to accounts by the column that holds their id */
async function compareBalances(
  knex: Knex,
  kind: Account['kind'],
  narrow: (query: Knex.QueryBuilder, column: string) => Knex.QueryBuilder,
): Promise<LedgerMismatch[]> {
  const { table, column } = accountTables[kind];
  const balance = `COALESCE(a.${column}, 0)`;
  const expected = 'COALESCE(e.total, 0) - COALESCE(r.total, 0)';
  const entries = knex('quota_entries')
    .select('account_id', { total: knex.raw('SUM(delta)') })
    .where({ account_kind: kind })
    .groupBy('account_id');
  const usage = knex('usage_hourly')
    .select({ account_id: `${kind}_id`, total: knex.raw('SUM(quota)') })
    .groupBy(`${kind}_id`);
  const accounts = knex
    .select('a.id', { balance: knex.raw(balance), expected: knex.raw(expected) })
    .from({ a: table })
    .leftJoin(narrow(entries, 'account_id').as('e'), 'e.account_id', 'a.id')
    .leftJoin(narrow(usage, `${kind}_id`).as('r'), 'r.account_id', 'a.id')
    .whereRaw(`${balance} <> ${expected}`)
    .whereRaw(kind === 'token' ? IS_LIMITED : '1 = 1')
    .orderBy('a.id');
  const rows = (await narrow(accounts, 'a.id')) as {
    id: number;
    balance: number;
    expected: number;
  }[];
  return rows.map((row) => ({
    account: { kind, id: row.id },
    balance: row.balance,
    expected: row.expected,
  }));
}
