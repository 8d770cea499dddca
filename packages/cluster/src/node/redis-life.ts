import { randomUUID } from 'node:crypto';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { mastersOf } from '../redis/masters-of.ts';

/** What names one life of the data in Redis. */
export interface RedisLife {
  /** The value of the key that a flush takes away. */
  marker: string;
  /** `run_id/replication id` of each master; empty where asking is forbidden. */
  servers: readonly string[];
}

/**
 * Reads it, and begins a new life where none is marked.
 *
 * @throws when Redis does not answer
 */
export async function readRedisLife(redis: RedisClient, keys: Keys): Promise<RedisLife> {
  const [marker, servers] = await Promise.all([readMarker(redis, keys), readServers(redis)]);
  return { marker, servers };
}

/** Data may have been lost between the two: a flush, a restart, a failover, a cluster's new master. */
export function isNewLife(known: RedisLife | undefined, now: RedisLife): boolean {
  if (known?.marker !== now.marker) return true;
  return now.servers.some((server) => !known.servers.includes(server));
}

async function readMarker(redis: RedisClient, keys: Keys): Promise<string> {
  const marker = await redis.get(keys.life);
  if (marker !== null) return marker;
  await redis.set(keys.life, randomUUID(), 'NX');
  // Another node may have been quicker, or Redis flushed again: then the next beat sees yet another life.
  return (await redis.get(keys.life)) ?? '';
}

async function readServers(redis: RedisClient): Promise<string[]> {
  const masters = mastersOf(redis);
  const servers = await Promise.all(
    masters.map(async (master) => {
      const [server, replication] = await Promise.all([
        master.info('server'),
        master.info('replication'),
      ]);
      return `${field(server, 'run_id')}/${field(replication, 'master_replid')}`;
    }),
  ).catch(ignoreForbidden);
  return servers.filter((server) => server !== '/');
}

/** Managed services forbid INFO to some users; the marker alone then tells of flushes, and a failover's lost second is healed by the sweep. */
function ignoreForbidden(error: unknown): string[] {
  const text = error instanceof Object && 'message' in error ? String(error.message) : '';
  if (/NOPERM|unknown command|not allowed/i.test(text)) return [];
  throw error;
}

function field(info: string, name: string): string {
  const line = info.split('\r\n').find((text) => text.startsWith(`${name}:`));
  return line?.slice(name.length + 1) ?? '';
}
