import type { Knex } from 'knex';
import { REQUEST_RETENTION_MS } from './charge.ts';

const REMOVED_AT_ONCE = 2000;

/**
 * Forgets request ids after 35 days. Ids are time-ordered (UUIDv7), so the old ones are found at the beginning of the
 * primary key; the column decides.
 *
 * @returns how many rows were removed
 */
export async function pruneUsageRequests(knex: Knex, now: number): Promise<number> {
  const oldest = now - REQUEST_RETENTION_MS;
  for (let removed = 0; ;) {
    const rows = (await knex('usage_requests')
      .select('request_id')
      .where('request_id', '<', lowestUuidAt(oldest))
      .where('applied_at', '<', Math.floor(oldest / 1000))
      .orderBy('request_id')
      .limit(REMOVED_AT_ONCE)) as { request_id: string }[];
    if (rows.length === 0) return removed;
    removed += await knex('usage_requests')
      .whereIn(
        'request_id',
        rows.map((row) => row.request_id),
      )
      .delete();
  }
}

function lowestUuidAt(milliseconds: number): string {
  const hex = milliseconds.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}
