import type { Clock, UsageQueueCounts } from '@turnpike/core';
import type { Queue } from 'bullmq';
import type { RedisClient } from '../redis/connect.ts';

/**
 * What waits. A job's time stamp is that of its oldest event; the oldest job that waits is at the end of the list.
 *
 * @throws when Redis does not answer
 */
export async function countUsage(deps: {
  redis: RedisClient;
  queue: Queue;
  clock: Clock;
}): Promise<UsageQueueCounts> {
  const { redis, queue, clock } = deps;
  const [counts, [next], [delayed]] = await Promise.all([
    queue.getJobCounts('waiting', 'active', 'delayed'),
    redis.lrange(queue.toKey('wait'), -1, -1),
    redis.zrange(queue.toKey('delayed'), '0', '0'),
  ]);
  const ids = [next, delayed].filter((id) => id !== undefined);
  const times = await Promise.all(ids.map((id) => redis.hget(queue.toKey(id), 'timestamp')));
  const known = times.filter((time) => time !== null).map(Number);
  return {
    waiting: counts['waiting'] ?? 0,
    active: counts['active'] ?? 0,
    delayed: counts['delayed'] ?? 0,
    oldestMs: known.length === 0 ? 0 : Math.max(0, clock.now() - Math.min(...known)),
  };
}
