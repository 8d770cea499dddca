/** How much of one kind a user or token may ask for; undefined: no limit. Integers ≥ 1. */
export interface RequestLimits {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
  /** Requests in flight at the same time. */
  concurrency?: number;
  /** Quota units that may be charged in one UTC day. */
  quotaPerDay?: number;
  /** Quota units that may be charged in one UTC month. */
  quotaPerMonth?: number;
}
