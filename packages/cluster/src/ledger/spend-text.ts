import type { PeriodSpend } from '@turnpike/core';

/** What an account with a budget has spent, as scripts know it (see `scripts/bucket.lua`); empty without a budget. */
export function spendText(spend: PeriodSpend | undefined): string {
  return spend === undefined ? '' : `${spend.day}:${spend.dayQuota}:${spend.monthQuota}`;
}
