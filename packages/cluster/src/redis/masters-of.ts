import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './connect.ts';

/** The connections to every server that takes writes: one, or one for each master of a Redis Cluster. */
export function mastersOf(client: RedisClient): readonly Redis[] {
  return client instanceof Cluster ? client.nodes('master') : [client];
}
