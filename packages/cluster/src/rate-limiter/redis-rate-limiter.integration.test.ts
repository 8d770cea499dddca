import { describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { describeRateLimiter } from './rate-limiter.contract.ts';
import { openRedisLimiterHarness } from './redis-rate-limiter-harness.contract.ts';
import { createRedisRateLimiter } from './redis-rate-limiter.ts';

describeRateLimiter('Redis', () => openRedisLimiterHarness());

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
