import type { PeriodSpend } from '@turnpike/core';
import { readNumber, type Row } from './read-column.ts';

/** Of users and tokens. */
export const spendColumns = ['spend_day', 'day_spend', 'month_spend'] as const;

export type SpendRow = Partial<Record<(typeof spendColumns)[number], unknown>>;

/** Undefined where nothing is counted, because there is no budget. */
export function readSpend(row: SpendRow): PeriodSpend | undefined {
  if (row.spend_day == null) return undefined;
  return {
    day: readNumber(row.spend_day),
    dayQuota: readNumber(row.day_spend),
    monthQuota: readNumber(row.month_spend),
  };
}

export function toSpendColumns(spend: PeriodSpend | undefined): Row {
  return {
    spend_day: spend?.day ?? null,
    day_spend: spend?.dayQuota ?? 0,
    month_spend: spend?.monthQuota ?? 0,
  };
}
