import type { Balance } from '@turnpike/core';
import type { LedgerStatements } from './sqlite-statements.ts';

/** The balance of a user; undefined for an unknown one. */
export function readUser(
  { readUser: statement }: LedgerStatements,
  id: number,
): Balance | undefined {
  return statement.get(id);
}

/** The balance of a limited token; undefined for an unlimited or unknown one. */
export function readApiToken({ readToken }: LedgerStatements, id: number): Balance | undefined {
  const row = readToken.get(id);
  if (row === undefined || row.unlimited) return undefined;
  return { id: row.id, quota: row.quota, version: row.version };
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
