import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** Ids taken with one command. */
const PORTION = 1000;

/**
 * Takes the ids of applied batches from the lists of these nodes. An id that is lost on the way is no harm: its batch is
 * sent again and acknowledged again.
 *
 * @throws when Redis does not answer
 */
export async function takeAcknowledgements(
  deps: { redis: RedisClient; keys: Keys },
  nodeIds: readonly string[],
): Promise<string[]> {
  const lists = await Promise.all(nodeIds.map((nodeId) => takeFrom(deps, nodeId)));
  return lists.flat();
}

async function takeFrom(
  { redis, keys }: { redis: RedisClient; keys: Keys },
  nodeId: string,
): Promise<string[]> {
  const taken: string[] = [];
  for (;;) {
    const portion = await redis.lpop(keys.acknowledged(nodeId), PORTION);
    if (portion === null) return taken;
    taken.push(...portion);
    if (portion.length < PORTION) return taken;
  }
}
