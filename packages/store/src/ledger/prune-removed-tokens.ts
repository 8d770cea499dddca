import type { Knex } from 'knex';
import { REQUEST_RETENTION_MS } from './charge.ts';

/** Forgets tokens that were removed more than 35 days ago: no usage of theirs can come any more. */
export async function pruneRemovedTokens(knex: Knex, now: number): Promise<number> {
  const oldest = Math.floor((now - REQUEST_RETENTION_MS) / 1000);
  return knex('removed_tokens').where('removed_at', '<', oldest).delete();
}
