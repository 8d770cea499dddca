import type { Account } from '@turnpike/core';
import type { Knex } from 'knex';
import { accountTables } from '../ledger/balances.ts';

const ACCOUNT_VERSION_ROW = 2;

/**
 * Draws the next record version, for one row. Last in a transaction: everybody waits for this row until the commit, and
 * so versions become visible in their order.
 */
export async function drawRecordVersion(trx: Knex): Promise<number> {
  await trx('config_version').where({ id: ACCOUNT_VERSION_ROW }).increment('version', 1);
  return readRecordVersion(trx);
}

/** Marks a row as changed in a way that relays must know. Last in its transaction, see `drawRecordVersion`. */
export async function stampRecord(trx: Knex, { kind, id }: Account): Promise<void> {
  const version = await drawRecordVersion(trx);
  await trx(accountTables[kind].table).where({ id }).update({ record_version: version });
}

/** The newest record version as this connection sees it. */
export async function readRecordVersion(connection: Knex): Promise<number> {
  const [row] = (await connection('config_version')
    .select('version')
    .where({ id: ACCOUNT_VERSION_ROW })) as { version: number }[];
  return row?.version ?? 0;
}

/** Rows in one transaction, during which nobody else can change an account. */
const STAMPS_AT_ONCE = 200;

/** See `AccountSource.stampForeign`. */
export async function stampForeignRecords(trx: Knex): Promise<boolean> {
  let isFull = false;
  for (const table of ['users', 'tokens']) {
    const rows = (await trx(table)
      .select('id')
      .where({ record_version: 0 })
      .orderBy('id')
      .limit(STAMPS_AT_ONCE)) as { id: number }[];
    if (rows.length === STAMPS_AT_ONCE) isFull = true;
    for (const { id } of rows) {
      const version = await drawRecordVersion(trx);
      await trx(table).where({ id, record_version: 0 }).update({ record_version: version });
    }
  }
  return isFull;
}

/** Lifts all record versions by as much as it takes for the lowest to be this one. See `AccountSource.raiseVersions`. */
export async function raiseRecordVersions(trx: Knex, version: number): Promise<void> {
  const raised = await trx('config_version')
    .where({ id: ACCOUNT_VERSION_ROW })
    .where('version', '<', version)
    .increment('version', version);
  if (raised === 0) return;
  for (const table of ['users', 'tokens', 'removed_tokens'])
    await trx(table).update({
      record_version: trx.raw('COALESCE(record_version, 0) + ?', [version]),
    });
}
