import type { Balance } from '@turnpike/core';
import { readSpend } from '../schema/period-spend-columns.ts';
import type { BalanceRow, LedgerStatements } from './sqlite-statements.ts';

/** The balance of a user; undefined for an unknown one. */
export function readUser(
  { readUser: statement }: LedgerStatements,
  id: number,
): Balance | undefined {
  const row = statement.get(id);
  return row && toBalance(row);
}

/** The balance of a token that is limited or has a budget; undefined for others and for unknown ones. */
export function readApiToken({ readToken }: LedgerStatements, id: number): Balance | undefined {
  const row = readToken.get(id);
  if (row === undefined || (row.unlimited && row.spend_day === null)) return undefined;
  return toBalance(row);
}

export function toBalance(row: BalanceRow): Balance {
  const { id, quota, version } = row;
  const spend = row.spend_day === null ? undefined : readSpend(row);
  return spend === undefined ? { id, quota, version } : { id, quota, version, spend };
}

export function readAll(
  ids: readonly number[],
  read: (id: number) => Balance | undefined,
): Balance[] {
  const balances: Balance[] = [];
  for (const id of ids) {
    const balance = read(id);
    if (balance !== undefined) balances.push(balance);
  }
  return balances;
}
