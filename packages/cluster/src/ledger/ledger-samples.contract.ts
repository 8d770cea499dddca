import type { Reservation, UsageEvent } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';

/** The user and token that contracts of the ledger use. */
export const USER = 7;
export const TOKEN = 70;

export function reservation(
  requestId: string,
  amount: number,
  more: Partial<Reservation> = {},
): Reservation {
  return {
    requestId,
    userId: USER,
    apiTokenId: TOKEN,
    unlimitedToken: false,
    amount,
    tokens: 10,
    userRecordVersion: 0,
    apiTokenRecordVersion: 0,
    model: 'gpt-4o-mini',
    hardBudget: false,
    ...more,
  };
}

/** @param tokens input tokens */
export function usageOf(requestId: string, quota: number, tokens = 10): UsageEvent {
  const event = makeUsageEvent({ requestId, userId: USER, apiTokenId: TOKEN, quota });
  const usage = {
    ...event.usage,
    input: { uncached: tokens, cacheRead: 0, cacheWrite: 0 },
    output: { text: 0, reasoning: 0 },
  };
  return { ...event, usage };
}
