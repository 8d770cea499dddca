import type { UsageEvent } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { correctCharge, firstCharge, kindOf, type Charge } from './charge.ts';

/** SQLite takes no more rows in one statement. */
const ROWS_AT_ONCE = 500;

/**
 * Inserts the request ids in their order and says what is to be charged: everything for requests that are new, the
 * difference for requests whose charge had only been assumed, nothing for the others.
 */
export async function claimRequests(
  trx: Knex,
  dialect: Dialect,
  events: readonly UsageEvent[],
  { now, isLogged }: { now: number; isLogged: boolean },
): Promise<Charge[]> {
  const inOrder = onePerRequest(events);
  if (inOrder.length === 0) return [];
  const rows = inOrder.map((event) => ({
    request_id: event.requestId,
    charged: event.quota,
    kind: kindOf(event),
    applied_at: Math.floor(now / 1000),
    logged_at: isLogged ? Math.floor(event.at / 1000) : null,
    user_id: event.userId,
    token_id: event.apiTokenId,
  }));
  const fresh = new Set<string>();
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE);
    for (const id of await dialect.insertNewRows(trx, 'usage_requests', 'request_id', some))
      fresh.add(id);
  }
  const charges = inOrder.filter(({ requestId }) => fresh.has(requestId)).map(firstCharge);
  const known = inOrder.filter(({ requestId }) => !fresh.has(requestId));
  return known.length === 0 ? charges : [...charges, ...(await correct(trx, dialect, known))];
}

async function correct(
  trx: Knex,
  dialect: Dialect,
  events: readonly UsageEvent[],
): Promise<Charge[]> {
  const rows = (await dialect.forUpdate(
    trx('usage_requests')
      .select('request_id', 'charged', 'kind')
      .whereIn(
        'request_id',
        events.map(({ requestId }) => requestId),
      )
      .whereIn('kind', ['expired', 'recovered'])
      .orderBy('request_id'),
  )) as { request_id: string; charged: number; kind: string }[];
  const byId = new Map(events.map((event) => [event.requestId, event]));
  const charges: Charge[] = [];
  for (const row of rows) {
    const event = byId.get(row.request_id);
    const charge = event && correctCharge(event, row);
    if (charge === undefined) continue;
    await trx('usage_requests')
      .where({ request_id: row.request_id })
      .update({ charged: charge.event.quota, kind: 'real' });
    charges.push(charge);
  }
  return charges;
}

/** In id order; of several events about one request the first real one counts. */
function onePerRequest(events: readonly UsageEvent[]): UsageEvent[] {
  const byId = new Map<string, UsageEvent>();
  for (const event of events) {
    const known = byId.get(event.requestId);
    if (known === undefined || (kindOf(known) !== 'real' && kindOf(event) === 'real')) {
      byId.set(event.requestId, event);
    }
  }
  return [...byId.values()].sort((a, b) => (a.requestId < b.requestId ? -1 : 1));
}
