import type { Account, AppliedUsage, Balance } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readSpend, spendColumns, type SpendRow } from '../schema/period-spend-columns.ts';

/** Where the balance of each kind of account is stored. */
export const accountTables = {
  user: { table: 'users', column: 'quota' },
  token: { table: 'tokens', column: 'remain_quota' },
} as const;

interface BalanceRow extends SpendRow {
  id: number;
  quota: number | null;
  version: number | null;
  unlimited: number | boolean | null;
}

/** Committed balances of users and of tokens that are limited or have a budget. Others, and unknown ids, are left out. */
export async function readBalances(
  connection: Knex,
  userIds: readonly number[],
  apiTokenIds: readonly number[],
): Promise<Pick<AppliedUsage, 'users' | 'apiTokens'>> {
  const users = await readRows(connection, 'user', userIds);
  const apiTokens = await readRows(connection, 'token', apiTokenIds);
  return {
    users: users.map(toBalance),
    apiTokens: apiTokens.map(readLimitedToken).filter((balance) => balance !== undefined),
  };
}

/** One balance under its row lock; undefined for an unknown account. */
export async function lockBalance(
  trx: Knex,
  dialect: Dialect,
  { kind, id }: Account,
): Promise<(Balance & { isUnlimited: boolean }) | undefined> {
  const [row] = (await dialect.forUpdate(selectBalances(trx, kind).where({ id }))) as BalanceRow[];
  return row && { ...toBalance(row), isUnlimited: Boolean(row.unlimited) };
}

function readLimitedToken(row: BalanceRow): Balance | undefined {
  const balance = toBalance(row);
  return row.unlimited && balance.spend === undefined ? undefined : balance;
}

/** Moves a balance by arithmetic in SQL. */
export async function moveBalance(trx: Knex, { kind, id }: Account, delta: number): Promise<void> {
  const { table, column } = accountTables[kind];
  await trx(table)
    .where({ id })
    .update({
      [column]: trx.raw('COALESCE(??, 0) + ?', [column, delta]),
      quota_version: trx.raw('COALESCE(quota_version, 0) + 1'),
    });
}

async function readRows(
  connection: Knex,
  kind: Account['kind'],
  ids: readonly number[],
): Promise<BalanceRow[]> {
  if (ids.length === 0) return [];
  return (await selectBalances(connection, kind).whereIn('id', ids).orderBy('id')) as BalanceRow[];
}

function selectBalances(connection: Knex, kind: Account['kind']): Knex.QueryBuilder {
  const { table, column } = accountTables[kind];
  return connection(table).select('id', ...spendColumns, {
    quota: column,
    version: 'quota_version',
    unlimited: kind === 'token' ? 'unlimited_quota' : connection.raw('NULL'),
  });
}

function toBalance({ id, quota, version, ...row }: BalanceRow): Balance {
  const spend = readSpend(row);
  const balance = { id, quota: quota ?? 0, version: version ?? 0 };
  return spend === undefined ? balance : { ...balance, spend };
}
