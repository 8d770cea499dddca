import { toNetwork, type RateLimiter } from '@turnpike/core';
import type { RequestHandler } from 'express';

const WINDOW_MS = 180_000;

/** Counts requests for pages and unknown paths for each client address; beyond the limit 429 without a body. */
export function limitWeb(rateLimiter: RateLimiter, count: number): RequestHandler {
  return async (request, response, next) => {
    if (count === 0) {
      next();
      return;
    }
    const key = `GW:${toNetwork(request.ip ?? '')}`;
    // Where nobody can count, a page is no reason to refuse.
    const allowed = { allowed: true } as const;
    const result = await rateLimiter.take(key, { count, windowMs: WINDOW_MS }).catch(() => allowed);
    if (result.allowed) {
      next();
      return;
    }
    const seconds = Math.ceil(result.retryAfterMs / 1000);
    response
      .status(429)
      .set({ 'retry-after': String(seconds), 'cache-control': 'no-store' })
      .end();
  };
}
