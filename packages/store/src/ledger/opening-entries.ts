import type { Knex } from 'knex';

/**
 * Gives every account that has no entry in the ledger one with the balance that it has: what came from another program
 * begins there. Again, it does nothing.
 *
 * @param now Unix milliseconds
 */
export async function writeOpeningEntries(connection: Knex, now: number): Promise<void> {
  await writeFor(connection, now, { kind: 'user', table: 'users', balance: 'quota', only: '' });
  await writeFor(connection, now, {
    kind: 'token',
    table: 'tokens',
    balance: 'remain_quota',
    only: 'AND NOT COALESCE(unlimited_quota, false)',
  });
}

async function writeFor(
  connection: Knex,
  now: number,
  { kind, table, balance, only }: { kind: string; table: string; balance: string; only: string },
): Promise<void> {
  await connection.raw(
    `INSERT INTO quota_entries (account_kind, account_id, delta, reason, reference, created_at)
     SELECT '${kind}', id, COALESCE(${balance}, 0), 'opening', CONCAT('opening:${kind}:', id), ${Math.floor(now / 1000)}
       FROM ${table} a
      WHERE NOT EXISTS (SELECT 1 FROM quota_entries e
                         WHERE e.account_kind = '${kind}' AND e.account_id = a.id)
            ${only}`,
  );
}
