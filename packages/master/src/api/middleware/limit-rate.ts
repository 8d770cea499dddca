import { managementErrors, toNetwork, type RateLimiter } from '@turnpike/core';
import type { RequestHandler } from 'express';

export interface Limit {
  /** What is counted together. */
  name: string;
  /** 0: no limit. */
  count: number;
  windowMs: number;
}

/** Counts requests for each client address. Refused ones do not count. */
export function limitRate(
  rateLimiter: RateLimiter,
  { name, count, windowMs }: Limit,
): RequestHandler {
  return async (request, _response, next) => {
    if (count > 0) {
      const key = `${name}:${toNetwork(request.ip ?? '')}`;
      const result = await rateLimiter.take(key, { count, windowMs });
      if (!result.allowed)
        throw managementErrors.tooManyRequests({ retryAfterMs: result.retryAfterMs });
    }
    next();
  };
}
