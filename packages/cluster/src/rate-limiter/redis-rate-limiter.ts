import { randomUUID } from 'node:crypto';
import { errors, type RateLimiter } from '@turnpike/core';
import { openRedisScript } from '../redis/redis-script.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/**
 * Sliding log per key, for all nodes together, by the time of Redis.
 * Throws `not_ready` when Redis does not answer.
 */
export function createRedisRateLimiter({
  redis,
  keys,
}: {
  /** Fails fast: requests wait for it. */
  redis: RedisClient;
  keys: Keys;
}): RateLimiter {
  const script = openRedisScript(redis, 'take');
  return {
    async take(key, { count, windowMs }) {
      try {
        const args = [count, windowMs, randomUUID()];
        const answer = Number(await script.run({ keys: [keys.rateLimit(key)], args }));
        return answer < 0 ? { allowed: true } : { allowed: false, retryAfterMs: answer };
      } catch (error) {
        throw errors.notReady({}, { cause: error });
      }
    },
    async forget(key) {
      try {
        await redis.unlink(keys.rateLimit(key));
      } catch (error) {
        throw errors.notReady({}, { cause: error });
      }
    },
  };
}
