import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import type { LogRow } from './log-row.ts';

const ROWS_AT_ONCE = 200;
const RECEIPTS_AT_ONCE = 1000;
const RECEIPTS_KEPT_SECONDS = 24 * 3600;

export interface LogOutboxDeps {
  main: Knex;
  logs: { knex: Knex; dialect: Dialect };
}

/**
 * Moves log rows from the main database to the log database until none is left. A row that arrived and could not be
 * taken out of the outbox arrives again, and changes nothing: its receipt is there. Safe to run in several processes.
 *
 * @returns how many rows were written now
 */
export async function drainLogOutbox({ main, logs }: LogOutboxDeps, now: number): Promise<number> {
  for (let moved = 0; ;) {
    const entries = (await main('log_outbox').orderBy('entry_key').limit(ROWS_AT_ONCE)) as {
      entry_key: string;
      log_row: string;
    }[];
    if (entries.length === 0) return moved;
    moved += await deliver(logs, entries, now);
    await main('log_outbox')
      .whereIn(
        'entry_key',
        entries.map((entry) => entry.entry_key),
      )
      .delete();
  }
}

function deliver(
  { knex, dialect }: LogOutboxDeps['logs'],
  entries: readonly { entry_key: string; log_row: string }[],
  now: number,
): Promise<number> {
  return dialect.inWriteTransaction(knex, async (trx) => {
    const receipts = entries.map(({ entry_key }) => ({
      entry_key,
      received_at: Math.floor(now / 1000),
    }));
    const fresh = await dialect.insertNewRows(trx, 'log_receipts', 'entry_key', receipts);
    const rows = entries
      .filter(({ entry_key }) => fresh.has(entry_key))
      .map(({ log_row }) => JSON.parse(log_row) as LogRow);
    if (rows.length > 0) await trx('logs').insert(rows);
    return rows.length;
  });
}

/**
 * Forgets the receipts of rows that arrived a day ago. Until then another process may still be delivering what it
 * read from the outbox before.
 *
 * @returns how many were removed
 */
export async function forgetLogReceipts(
  { knex, dialect }: LogOutboxDeps['logs'],
  now: number,
): Promise<number> {
  const oldest = Math.floor(now / 1000) - RECEIPTS_KEPT_SECONDS;
  for (let removed = 0; ;) {
    const receipts = await knex('log_receipts')
      .select<{ entry_key: string }[]>('entry_key')
      .where('received_at', '<', oldest)
      .orderBy('received_at')
      .limit(RECEIPTS_AT_ONCE);
    if (receipts.length === 0) return removed;
    const keys = receipts.map(({ entry_key }) => entry_key);
    removed += await dialect.inWriteTransaction(knex, (trx) =>
      trx('log_receipts').whereIn('entry_key', keys).delete(),
    );
  }
}
