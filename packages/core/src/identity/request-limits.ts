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

/** How each limit is called in the management API, and in the code. */
export const requestLimitNames = {
  requests_per_minute: 'requestsPerMinute',
  tokens_per_minute: 'tokensPerMinute',
  concurrency: 'concurrency',
  quota_per_day: 'quotaPerDay',
  quota_per_month: 'quotaPerMonth',
} as const satisfies Record<string, keyof RequestLimits>;
