import type { BalanceQuery } from '@turnpike/core';
import { getChannelType } from '../providers/channel-types.ts';
import { authorizeBearer, withoutVersion } from './query-one-address.ts';
import { missing, readAmount, readMember } from './read-amount.ts';

const OPENAI = 1;
const DAY_MS = 86_400_000;

/**
 * OpenAI's dashboard as it was, which resellers still imitate: what the account may spend, minus what it spent this
 * month, or in 100 days where it is prepaid. In USD.
 */
export const queryDashboard: BalanceQuery = function* ({ baseUrl, key, now }) {
  const { defaultBaseUrl } = getChannelType(OPENAI);
  const billing = `${withoutVersion(baseUrl === '' ? defaultBaseUrl : baseUrl)}/v1/dashboard/billing`;
  const headers = authorizeBearer(key);

  const subscription = yield { url: `${billing}/subscription`, headers };
  const limit = readAmount(subscription, 'hard_limit_usd');
  if (limit === undefined) return missing('hard_limit_usd');

  const isMonthly = readMember(subscription, 'has_payment_method') === true;
  const today = toDate(now);
  const from = isMonthly ? `${today.slice(0, 8)}01` : toDate(now - 100 * DAY_MS);
  const usage = yield { url: `${billing}/usage?start_date=${from}&end_date=${today}`, headers };
  const usedCents = readAmount(usage, 'total_usage');
  return usedCents === undefined
    ? missing('total_usage')
    : { balance: (limit * 100 - usedCents) / 100 };
};

/** `2026-01-31` in the time zone of the process. */
function toDate(at: number): string {
  const date = new Date(at);
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return parts.map((part) => String(part).padStart(2, '0')).join('-');
}
