import { setTimeout as pause } from 'node:timers/promises';
import type { Knex } from 'knex';
import { readMeta, writeMeta } from '../schema/meta.ts';

/** On SQLite about 10 ms, in which nothing else is done. */
const REMOVED_AT_ONCE = 500;
/** For everybody else who wants to write. */
const PAUSE_MS = 5;

/**
 * Removes old rows in portions, so that a million of them hold up nobody, and remembers that they are not missing.
 *
 * @param main the main database, which remembers what was cleared away
 * @param logs the one with the log rows
 * @param timestamp Unix seconds; older rows go
 * @returns how many went, also where the signal stopped it half-way
 */
export async function removeOldLogs(
  { main, logs }: { main: Knex; logs: Knex },
  timestamp: number,
  signal?: AbortSignal,
): Promise<number> {
  const removedBefore = Number((await readMeta(main, 'logs-removed-before')) ?? 0);
  if (timestamp > removedBefore) await writeMeta(main, 'logs-removed-before', String(timestamp));
  for (let removed = 0; ;) {
    if (signal?.aborted === true) return removed;
    const rows = (await logs('logs')
      .select('id')
      .where('created_at', '<', timestamp)
      .orderBy('created_at')
      .limit(REMOVED_AT_ONCE)) as { id: number }[];
    if (rows.length === 0) return removed;
    const ids = rows.map(({ id }) => id);
    removed += await logs('logs').whereIn('id', ids).delete();
    await pause(PAUSE_MS);
  }
}
