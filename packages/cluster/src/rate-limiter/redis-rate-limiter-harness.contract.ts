import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis } from '../testing/open-test-redis.ts';
import type { RateLimiterHarness } from './rate-limiter.contract.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

/** @param address of the Redis; the tests' shared one where left out */
export async function openRedisLimiterHarness(address?: string): Promise<RateLimiterHarness> {
  const test = await openTestRedis(address);
  return {
    rateLimiter: createRedisRateLimiter(test),
    async pass(milliseconds) {
      // Redis has its own time.
      const until = Date.now() + milliseconds;
      await waitUntil(() => Date.now() > until);
    },
    close: () => test.close(),
  };
}
