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

/** What was charged in the present UTC day and month, in quota units; null where there is no budget for either. */
export const spentFields = {
  spent_today: z.int().nullable(),
  spent_this_month: z.int().nullable(),
};

export type SpentJson = { [Name in keyof typeof spentFields]: number | null };

export type RequestLimitsJson = { [Name in keyof typeof requestLimitFields]: number };
