import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** A node that does not look for a day is gone; whoever adopts its journal sends again and is told again. */
const KEPT_SECONDS = 86_400;

/** Tells the nodes that made these batches that the database has them. @throws when Redis refuses */
export async function acknowledgeBatches(
  deps: { redis: RedisClient; keys: Keys },
  batches: readonly { id: string; nodeId: string }[],
): Promise<void> {
  const idsPerNode = new Map<string, string[]>();
  for (const { id, nodeId } of batches) {
    const ids = idsPerNode.get(nodeId);
    if (ids === undefined) idsPerNode.set(nodeId, [id]);
    else ids.push(id);
  }
  await Promise.all(
    [...idsPerNode].flatMap(([nodeId, ids]) => {
      const key = deps.keys.acknowledged(nodeId);
      return [deps.redis.rpush(key, ...ids), deps.redis.expire(key, KEPT_SECONDS)];
    }),
  );
}
