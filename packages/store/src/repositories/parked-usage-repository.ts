import { createHash } from 'node:crypto';
import type { Clock, ParkedEvent, ParkedUsage, UsageEvent } from '@turnpike/core';
import type { Knex } from 'knex';
import { readCount } from '../schema/read-aggregate.ts';

interface ParkedRow {
  request_id: string;
  kind: 'event' | 'job';
  reason: string;
  event: string;
  parked_at: number;
}

interface Page {
  offset: number;
  limit: number;
}

/** Characters of a job that are kept; what is longer than every batch is not looked at to its end. */
const MAX_JOB_LENGTH = 1_000_000;
const MAX_REASON_LENGTH = 4_000;
/** SQLite takes no more rows in one insert. */
const ITEMS_AT_ONCE = 250;

/** Usage that could not be applied, set aside until a person decides. */
export function createParkedUsageRepository({
  knex,
  clock,
}: {
  knex: Knex;
  clock: Clock;
}): ParkedUsage {
  const readPage = async (kind: ParkedRow['kind'], { offset, limit }: Page) =>
    (await knex('parked_usage')
      .where({ kind })
      .orderBy('request_id')
      .offset(offset)
      .limit(limit)) as ParkedRow[];

  return {
    park: (events, reason) => parkEvents(knex, events, reason, clock.now()),

    parkJob: async ({ id, data, reason }) => {
      const row = { request_id: toKey(id), event: toText(data, MAX_JOB_LENGTH) };
      await insertRows(knex, [{ ...row, kind: 'job', ...describe(reason, clock.now()) }]);
    },

    list: async (page) => (await readPage('event', page)).map(toParkedEvent),

    listJobs: async (page) =>
      (await readPage('job', page)).map(({ request_id, event, reason, parked_at }) => ({
        id: request_id,
        data: event,
        reason,
        parkedAt: parked_at,
      })),

    find: async (requestIds) => {
      const found = new Set<string>();
      for (const ids of chunk(requestIds)) {
        const rows = (await knex('parked_usage')
          .select('request_id')
          .where({ kind: 'event' })
          .whereIn('request_id', ids)) as Pick<ParkedRow, 'request_id'>[];
        for (const row of rows) found.add(row.request_id);
      }
      return found;
    },

    count: () => readCount(knex('parked_usage')),

    remove: async (ids) => {
      let removed = 0;
      for (const some of chunk(ids))
        removed += await knex('parked_usage').whereIn('request_id', some.map(toKey)).delete();
      return removed;
    },
  };
}

/** Parks events; one that is parked already stays as it is. */
export async function parkEvents(
  connection: Knex,
  events: readonly UsageEvent[],
  reason: string,
  now: number,
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((event) => ({
    request_id: event.requestId,
    event: JSON.stringify(event),
    ...describe(reason, now),
  }));
  await insertRows(connection, rows);
}

async function insertRows(connection: Knex, rows: readonly Partial<ParkedRow>[]): Promise<void> {
  for (const some of chunk(rows))
    await connection('parked_usage').insert(some).onConflict('request_id').ignore();
}

function describe(reason: string, now: number): { reason: string; parked_at: number } {
  return { reason: toText(reason, MAX_REASON_LENGTH), parked_at: Math.floor(now / 1000) };
}

function toText(text: string, length: number): string {
  return text.slice(0, length).replaceAll('\0', '');
}

/** Ids of foreign jobs may be anything; those that the column cannot hold are replaced by their hash. */
function toKey(id: string): string {
  return /^[\x21-\x7e]{1,64}$/.test(id) ? id : createHash('sha256').update(id).digest('hex');
}

function* chunk<Item>(items: readonly Item[]): Iterable<readonly Item[]> {
  for (let start = 0; start < items.length; start += ITEMS_AT_ONCE)
    yield items.slice(start, start + ITEMS_AT_ONCE);
}

function toParkedEvent(row: ParkedRow): ParkedEvent {
  return {
    event: JSON.parse(row.event) as UsageEvent,
    reason: row.reason,
    parkedAt: row.parked_at,
  };
}
