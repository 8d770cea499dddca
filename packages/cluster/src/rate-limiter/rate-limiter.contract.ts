import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RateLimiter } from '@turnpike/core';

export interface RateLimiterHarness {
  rateLimiter: RateLimiter;
  /** Lets time go by. */
  pass(milliseconds: number): Promise<void>;
  close(): Promise<void>;
}

/** Every promise that `RateLimiter` makes. */
export function describeRateLimiter(name: string, open: () => Promise<RateLimiterHarness>): void {
  describe(`RateLimiter (${name})`, () => {
    let harness: RateLimiterHarness;
    beforeAll(async () => {
      harness = await open();
    });
    afterAll(() => harness.close());

    const long = { count: 3, windowMs: 60_000 };

    it('allows as many calls as the limit says, and tells when the next may come', async () => {
      for (let n = 0; n < 3; n += 1)
        expect(await harness.rateLimiter.take('a', long)).toEqual({ allowed: true });

      const refused = await harness.rateLimiter.take('a', long);

      expect(refused).toEqual({ allowed: false, retryAfterMs: expect.any(Number) });
      const { retryAfterMs } = refused as { retryAfterMs: number };
      expect(retryAfterMs).toBeGreaterThan(55_000);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    });

    it('holds the limit among calls at the same time', async () => {
      const results = await Promise.all(
        Array.from({ length: 20 }, () => harness.rateLimiter.take('b', long)),
      );
      expect(results.filter(({ allowed }) => allowed)).toHaveLength(3);
    });

    it('counts each key for itself', async () => {
      await Promise.all([1, 2, 3].map(() => harness.rateLimiter.take('c', long)));
      expect(await harness.rateLimiter.take('d', long)).toEqual({ allowed: true });
    });

    it('forgets what it counted under a key, and nothing else', async () => {
      for (let n = 0; n < 3; n += 1)
        for (const key of ['f', 'g']) await harness.rateLimiter.take(key, long);

      await harness.rateLimiter.forget('f');
      await harness.rateLimiter.forget('nobody');

      expect(await harness.rateLimiter.take('f', long)).toEqual({ allowed: true });
      expect(await harness.rateLimiter.take('g', long)).toMatchObject({ allowed: false });
    });

    it('does not count refused calls, so that waiting as told is enough', async () => {
      const limit = { count: 2, windowMs: 300 };
      for (let n = 0; n < 2; n += 1) await harness.rateLimiter.take('e', limit);
      for (let n = 0; n < 10; n += 1) await harness.rateLimiter.take('e', limit);

      const refused = await harness.rateLimiter.take('e', limit);
      await harness.pass((refused as { retryAfterMs: number }).retryAfterMs);

      expect(await harness.rateLimiter.take('e', limit)).toEqual({ allowed: true });
    });
  });
}
