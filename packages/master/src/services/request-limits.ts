import {
  requestLimitNames,
  spentIn,
  utcDayOf,
  type PeriodSpend,
  type RequestLimits,
} from '@turnpike/core';
import type { RequestLimitsJson, SpentJson } from '@turnpike/core/contract';

export const limitFields = Object.keys(requestLimitNames) as (keyof RequestLimitsJson)[];

type LimitsInput = { [Name in keyof RequestLimitsJson]?: number | undefined };

/** Limits with the given ones changed; 0 takes one away. Undefined where nothing changes. */
export function editLimits(
  before: RequestLimits | undefined,
  input: LimitsInput,
): RequestLimits | undefined {
  const limits = { ...before };
  let isChanged = false;
  for (const [field, name] of Object.entries(requestLimitNames)) {
    const limit = input[field as keyof RequestLimitsJson];
    if (limit === undefined || limit === (limits[name] ?? 0)) continue;
    isChanged = true;
    if (limit === 0) Reflect.deleteProperty(limits, name);
    else limits[name] = limit;
  }
  return isChanged ? limits : undefined;
}

/** 0: no limit. */
export function toLimitsJson(limits: RequestLimits = {}): RequestLimitsJson {
  return {
    requests_per_minute: limits.requestsPerMinute ?? 0,
    tokens_per_minute: limits.tokensPerMinute ?? 0,
    concurrency: limits.concurrency ?? 0,
    quota_per_day: limits.quotaPerDay ?? 0,
    quota_per_month: limits.quotaPerMonth ?? 0,
  };
}

/** Null where nothing is counted, because there is no budget. @param now Unix milliseconds */
export function toSpentJson(spend: PeriodSpend | undefined, now: number): SpentJson {
  if (spend === undefined) return { spent_today: null, spent_this_month: null };
  const { dayQuota, monthQuota } = spentIn(spend, utcDayOf(now));
  return { spent_today: dayQuota, spent_this_month: monthQuota };
}
