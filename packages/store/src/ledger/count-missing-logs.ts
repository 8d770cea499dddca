import type { Knex } from 'knex';
import { readCount } from '../schema/read-aggregate.ts';

const PAGE = 1000;

/**
 * Counts charged requests that should have a log row and have none. Rows that an administrator cleared away
 * (older than `removedBefore`, Unix seconds) are not missing.
 *
 * @param logs the log database, if it is not the same one; then rows may still be on their way
 */
export async function countMissingLogs(
  knex: Knex,
  logs: Knex | undefined,
  removedBefore: number,
): Promise<number> {
  if (logs !== undefined) return countAcross(knex, logs, removedBefore);
  // A join, not NOT EXISTS: without an index on request ids SQLite makes one for the join, and only for that.
  return readCount(
    knex({ q: 'usage_requests' })
      .leftJoin({ l: 'logs' }, 'l.request_id', 'q.request_id')
      .where('q.logged_at', '>=', removedBefore)
      .whereNull('l.request_id'),
  );
}

async function countAcross(knex: Knex, logs: Knex, removedBefore: number): Promise<number> {
  let missing = 0;
  for (let lastId = ''; ;) {
    const ids = await readPage(knex, lastId, removedBefore);
    const last = ids.at(-1);
    if (last === undefined) return missing;
    lastId = last;
    const absent = await withoutRow(logs, 'logs', 'request_id', ids);
    missing += (await withoutRow(knex, 'log_outbox', 'entry_key', absent)).length;
  }
}

async function readPage(knex: Knex, after: string, removedBefore: number): Promise<string[]> {
  const rows = (await knex('usage_requests')
    .select('request_id')
    .where('request_id', '>', after)
    .where('logged_at', '>=', removedBefore)
    .orderBy('request_id')
    .limit(PAGE)) as { request_id: string }[];
  return rows.map((row) => row.request_id);
}

async function withoutRow(
  connection: Knex,
  table: string,
  column: string,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return [];
  const found = (await connection(table).select(column).whereIn(column, ids)) as Record<
    string,
    string
  >[];
  const present = new Set(found.map((row) => row[column]));
  return ids.filter((id) => !present.has(id));
}
