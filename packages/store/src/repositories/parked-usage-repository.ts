import type { Clock, ParkedEvent, ParkedUsage, UsageEvent } from '@turnpike/core';
import type { Knex } from 'knex';
import { readCount } from '../schema/read-aggregate.ts';

interface ParkedRow {
  request_id: string;
  reason: string;
  event: string;
  parked_at: number;
}

/** Usage that could not be applied, set aside until a person decides. */
export function createParkedUsageRepository({
  knex,
  clock,
}: {
  knex: Knex;
  clock: Clock;
}): ParkedUsage {
  return {
    park: (events, reason) => parkEvents(knex, events, reason, clock.now()),

    async list({ offset, limit }) {
      const rows = (await knex('parked_usage')
        .orderBy('request_id')
        .offset(offset)
        .limit(limit)) as ParkedRow[];
      return rows.map(toParkedEvent);
    },

    count: () => readCount(knex('parked_usage')),

    remove: (requestIds) => knex('parked_usage').whereIn('request_id', requestIds).delete(),
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
    reason: reason.replaceAll('\0', ''),
    event: JSON.stringify(event),
    parked_at: Math.floor(now / 1000),
  }));
  await connection('parked_usage').insert(rows).onConflict('request_id').ignore();
}

function toParkedEvent(row: ParkedRow): ParkedEvent {
  return {
    event: JSON.parse(row.event) as UsageEvent,
    reason: row.reason,
    parkedAt: row.parked_at,
  };
}
