import type { Account } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { reconcileAccount } from './reconcile-account.ts';
import { findMismatches } from './verify-ledger.ts';

/**
 * Takes over balances that another program changed (a One API that ran on the database in between): each gets an entry
 * with the difference, so that the ledger adds up again. Never automatic, because it would hide an error of our own.
 *
 * @returns the accounts that were off, and by how much
 */
export async function bookExternalChanges(
  knex: Knex,
  dialect: Dialect,
  now: number,
): Promise<{ account: Account; delta: number }[]> {
  const booked: { account: Account; delta: number }[] = [];
  for (const kind of ['user', 'token'] as const) {
    for (const { account } of await findMismatches(knex, kind)) {
      const entry = { reason: 'external', reference: `external:${kind}:${account.id}:${now}` };
      const delta = await dialect.inWriteTransaction(knex, (trx) =>
        reconcileAccount(trx, dialect, account, entry, now),
      );
      if (delta !== 0) booked.push({ account, delta });
    }
  }
  return booked;
}
