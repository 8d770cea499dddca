import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { describeRateLimiter } from './rate-limiter.contract.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

describeRateLimiter('Redis', async () => {
  const test = await openTestRedis();
  return {
    rateLimiter: createRedisRateLimiter(test),
    async pass(milliseconds) {
      // Redis has its own time.
      const until = Date.now() + milliseconds;
      await waitUntil(() => Date.now() > until);
    },
    close: () => test.close(),
  };
});

describe('RateLimiter (Redis)', () => {
  it('leaves nothing behind once its window is over, and throws not_ready without Redis', async () => {
    const test = await openTestRedis();
    const rateLimiter = createRedisRateLimiter(test);

    await rateLimiter.take('a', { count: 1, windowMs: 50 });
    await waitUntil(async () => (await test.redis.exists(test.keys.rateLimit('a'))) === 0);
    await test.close();

    await expect(rateLimiter.take('a', { count: 1, windowMs: 50 })).rejects.toMatchObject({
      code: 'not_ready',
    });
  });
});
