import type { EntryState, OpenEntry, Reservation, UsageEvent } from '@turnpike/core';

const states: Readonly<Record<string, EntryState>> = { h: 'held', s: 'settled', x: 'expired' };

/** See `scripts/bucket.lua`. The model comes last, because it may contain anything. */
const pattern =
  /^1([hsx])\|(\d+)\|(\d+)\|\d+[-utb]{2}\|\d+\|(\d+)\|(\d+)\|([ulb])\|([01])\|([^|]*)\|([^]*)$/;

/** The part of an entry's text that never changes: who, under which terms, through which node. */
export function entryTail(
  entry: Pick<
    Reservation & UsageEvent,
    'userId' | 'apiTokenId' | 'unlimitedToken' | 'hardBudget' | 'model'
  >,
  isTokenBudgeted: boolean,
  nodeId: string,
): string {
  const kind = entry.unlimitedToken ? (isTokenBudgeted ? 'b' : 'u') : 'l';
  const budget = entry.hardBudget ? '1' : '0';
  return `${entry.userId}|${entry.apiTokenId}|${kind}|${budget}|${nodeId}|${entry.model}`;
}

/** Whose requests in flight an entry counts among, because there is a limit of them. See `scripts/bucket.lua`. */
export function entryPlaces({ userLimits, apiTokenLimits }: Reservation): string {
  const ofUser = userLimits?.concurrency !== undefined;
  const ofApiToken = apiTokenLimits?.concurrency !== undefined;
  if (ofUser) return ofApiToken ? 'b' : 'u';
  return ofApiToken ? 't' : '-';
}

/** Undefined for an entry of a format that this build does not know. */
export function parseOpenEntry(requestId: string, text: string): OpenEntry | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, state = '', amount, since, userId, apiTokenId, kind, budget, nodeId = '', model = ''] =
    match;
  return {
    requestId,
    userId: Number(userId),
    apiTokenId: Number(apiTokenId),
    unlimitedToken: kind !== 'l',
    ...(kind === 'b' && { budgetedToken: true }),
    hardBudget: budget === '1',
    model,
    amount: Number(amount),
    state: states[state] ?? 'held',
    nodeId,
    since: Number(since),
  };
}
