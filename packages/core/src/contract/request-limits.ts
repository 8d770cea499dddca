import { z } from 'zod';

/** 0: no limit. */
const limitSchema = z.int().min(0);

/** How much a user or token may ask for. */
export const requestLimitFields = {
  requests_per_minute: limitSchema,
  /** Input and output tokens. */
  tokens_per_minute: limitSchema,
  /** Requests in flight at the same time. */
  concurrency: limitSchema,
  /** Quota units that may be charged in one UTC day. */
  quota_per_day: limitSchema,
  /** Quota units that may be charged in one UTC month. */
  quota_per_month: limitSchema,
};

export type RequestLimitsJson = { [Name in keyof typeof requestLimitFields]: number };
