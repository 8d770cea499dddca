import { readRedisTime } from '../node/clock-watch.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** Ids of the nodes whose last heartbeat is not older than so many milliseconds, by the clock of Redis. */
export async function readAliveNodes(
  redis: RedisClient,
  keys: Keys,
  nodeTimeoutMs: number,
): Promise<string[]> {
  const [nodes, now] = await Promise.all([redis.hgetall(keys.nodes), readRedisTime(redis)]);
  const since = now - nodeTimeoutMs;
  return Object.keys(nodes).filter((nodeId) => readHeartbeat(nodes[nodeId] ?? '') >= since);
}

/** What can not be read counts as alive: it may be of a newer version. */
function readHeartbeat(text: string): number {
  try {
    const status: unknown = JSON.parse(text);
    return typeof status === 'object' && status !== null && 'at' in status
      ? Number(status.at)
      : Infinity;
  } catch {
    return Infinity;
  }
}
