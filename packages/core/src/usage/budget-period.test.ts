import { describe, expect, it } from '@jest/globals';
import {
  addSpend,
  monthStartOf,
  nextMonthOf,
  spentIn,
  untilNextPeriod,
  utcDayOf,
} from './budget-period.ts';

const dayOf = (date: string): number => utcDayOf(Date.parse(`${date}T12:00:00Z`));

describe('periods of budgets', () => {
  it.each([
    ['2026-01-01', '2026-01-01', '2026-02-01'],
    ['2026-01-31', '2026-01-01', '2026-02-01'],
    ['2026-02-28', '2026-02-01', '2026-03-01'],
    ['2028-02-29', '2028-02-01', '2028-03-01'],
    ['2026-12-31', '2026-12-01', '2027-01-01'],
  ])('%s is in the month from %s to %s', (date, first, next) => {
    expect(monthStartOf(dayOf(date))).toBe(dayOf(first));
    expect(nextMonthOf(dayOf(date))).toBe(dayOf(next));
  });

  it('end at midnight UTC', () => {
    const moment = Date.parse('2026-11-30T23:59:59.999Z');
    expect(untilNextPeriod('day', moment)).toBe(1);
    expect(untilNextPeriod('month', moment)).toBe(1);
    expect(untilNextPeriod('day', moment + 1)).toBe(86_400_000);
    expect(untilNextPeriod('month', moment + 1)).toBe(31 * 86_400_000);
  });

  it('start at nothing', () => {
    const spend = { day: dayOf('2026-11-30'), dayQuota: 5, monthQuota: 50 };
    expect(spentIn(spend, dayOf('2026-11-30'))).toEqual({ dayQuota: 5, monthQuota: 50 });
    expect(spentIn(spend, dayOf('2026-12-01'))).toEqual({ dayQuota: 0, monthQuota: 0 });
    expect(spentIn({ ...spend, day: dayOf('2026-11-29') }, dayOf('2026-11-30'))).toEqual({
      dayQuota: 0,
      monthQuota: 50,
    });
    expect(spentIn(undefined, 1)).toEqual({ dayQuota: 0, monthQuota: 0 });
  });

  it('add up charges of the same day, of the next one, of another month, and late ones', () => {
    const before = { day: dayOf('2026-11-20'), dayQuota: 5, monthQuota: 50 };
    const add = (date: string, dayQuota: number, monthQuota: number) =>
      addSpend(before, { day: dayOf(date), dayQuota, monthQuota });

    expect(add('2026-11-20', 1, 2)).toEqual({ ...before, dayQuota: 6, monthQuota: 52 });
    const next = dayOf('2026-11-21');
    expect(add('2026-11-21', 1, 2)).toEqual({ day: next, dayQuota: 1, monthQuota: 52 });
    const other = dayOf('2026-12-01');
    expect(add('2026-12-01', 1, 2)).toEqual({ day: other, dayQuota: 1, monthQuota: 2 });
    expect(add('2026-11-19', 1, 2)).toEqual({ ...before, monthQuota: 52 });
    expect(add('2026-10-31', 1, 2)).toEqual(before);
  });
});
