import type { Clock, RateLimiter } from '@turnpike/core';

/** Windows that ended are swept once there are this many keys. */
const SWEEP_ABOVE = 10_000;

/** Sliding log per key: the oldest of the last N accepted calls must be older than the window. */
export function createInProcessRateLimiter({ clock }: { clock: Clock }): RateLimiter {
  const accepted = new Map<string, { times: number[]; windowMs: number }>();

  const sweep = (now: number): void => {
    for (const [key, { times, windowMs }] of accepted) {
      if ((times.at(-1) ?? 0) + windowMs <= now) accepted.delete(key);
    }
  };

  return {
    take(key, { count, windowMs }) {
      const now = clock.now();
      if (accepted.size > SWEEP_ABOVE) sweep(now);
      const entry = accepted.get(key) ?? { times: [], windowMs };
      const oldest =
        entry.times.length >= count ? entry.times[entry.times.length - count] : undefined;
      if (oldest !== undefined && oldest + windowMs > now) {
        return Promise.resolve({ allowed: false, retryAfterMs: oldest + windowMs - now });
      }
      entry.times.push(now);
      if (entry.times.length > count) entry.times.splice(0, entry.times.length - count);
      accepted.set(key, entry);
      return Promise.resolve({ allowed: true });
    },
    forget(key) {
      accepted.delete(key);
      return Promise.resolve();
    },
  };
}
