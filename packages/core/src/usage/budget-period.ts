import type { RequestLimits } from '../identity/request-limits.ts';

const DAY_MS = 86_400_000;

/**
 * What an account with a budget for a day or a month was charged, as committed. Quota units; days are UTC days since
 * 1970. `dayQuota` belongs to `day`, `monthQuota` to the UTC month of it.
 */
export interface PeriodSpend {
  day: number;
  dayQuota: number;
  monthQuota: number;
}

/** The UTC day of a moment in Unix milliseconds. */
export function utcDayOf(unixMs: number): number {
  return Math.floor(unixMs / DAY_MS);
}

/** The first day of the UTC month that a day is in. */
export function monthStartOf(day: number): number {
  return day - new Date(day * DAY_MS).getUTCDate() + 1;
}

/** The first day of the UTC month after it. */
export function nextMonthOf(day: number): number {
  return monthStartOf(monthStartOf(day) + 31);
}

/** What was spent in a day and in its month; a spend of a later day counts too: clocks of nodes may differ a little. */
export function spentIn(
  spend: PeriodSpend | undefined,
  day: number,
): { dayQuota: number; monthQuota: number } {
  if (spend === undefined) return { dayQuota: 0, monthQuota: 0 };
  return {
    dayQuota: spend.day >= day ? spend.dayQuota : 0,
    monthQuota: spend.day >= monthStartOf(day) ? spend.monthQuota : 0,
  };
}

/** Adds charges of one UTC day (`dayQuota`) and of its month (`monthQuota`, the day included). */
export function addSpend(before: PeriodSpend, added: PeriodSpend): PeriodSpend {
  if (added.day > before.day) {
    const isSameMonth = before.day >= monthStartOf(added.day);
    return {
      day: added.day,
      dayQuota: added.dayQuota,
      monthQuota: (isSameMonth ? before.monthQuota : 0) + added.monthQuota,
    };
  }
  const isSameMonth = added.day >= monthStartOf(before.day);
  return {
    day: before.day,
    dayQuota: before.dayQuota + (added.day === before.day ? added.dayQuota : 0),
    monthQuota: before.monthQuota + (isSameMonth ? added.monthQuota : 0),
  };
}

/** Whether there is a budget for a day or a month among the limits. */
export function hasBudget(limits: RequestLimits | undefined): limits is RequestLimits {
  return limits?.quotaPerDay !== undefined || limits?.quotaPerMonth !== undefined;
}

/** Milliseconds until the UTC day or month after this moment begins. */
export function untilNextPeriod(period: 'day' | 'month', unixMs: number): number {
  const day = utcDayOf(unixMs);
  return (period === 'day' ? day + 1 : nextMonthOf(day)) * DAY_MS - unixMs;
}
