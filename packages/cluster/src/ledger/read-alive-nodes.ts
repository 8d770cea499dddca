import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** Ids of the nodes whose last heartbeat is not older than `since`, unix milliseconds. */
export async function readAliveNodes(
  redis: RedisClient,
  keys: Keys,
  since: number,
): Promise<string[]> {
  const nodes = await redis.hgetall(keys.nodes);
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
