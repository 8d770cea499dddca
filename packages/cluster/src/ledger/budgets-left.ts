import {
  spentIn,
  untilNextPeriod,
  utcDayOf,
  type PeriodSpend,
  type RequestLimits,
} from '@turnpike/core';

/** What the budgets of an account leave. */
export interface BudgetsLeft {
  /** Quota units; `Infinity` without a budget. */
  available: number;
  period: 'day' | 'month';
  /** Until the period ends. */
  retryAfterMs: number;
}

/** The less of what the budgets for the UTC day and month leave; the month's where they leave the same. The twin of `leftOfBudgets` in `scripts/bucket.lua`. */
export function budgetsLeft(
  { quotaPerDay, quotaPerMonth }: RequestLimits,
  { spend, pending }: { spend: PeriodSpend | undefined; pending: number },
  now: number,
): BudgetsLeft {
  const spent = spentIn(spend, utcDayOf(now));
  const ofDay = quotaPerDay === undefined ? Infinity : quotaPerDay - pending - spent.dayQuota;
  const ofMonth =
    quotaPerMonth === undefined ? Infinity : quotaPerMonth - pending - spent.monthQuota;
  const period = ofMonth <= ofDay ? 'month' : 'day';
  return {
    available: Math.min(ofDay, ofMonth),
    period,
    retryAfterMs: untilNextPeriod(period, now),
  };
}
