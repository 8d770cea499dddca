export type LimitResult = { allowed: true } | { allowed: false; retryAfterMs: number };

/** Sliding window per key, for `/api` and the console (relay limits are in the ledger). */
export interface RateLimiter {
  /** Counts one call if it is allowed; refused calls do not count. */
  take(key: string, limit: { count: number; windowMs: number }): Promise<LimitResult>;
  /** Forgets the calls that were counted under a key. */
  forget(key: string): Promise<void>;
}
