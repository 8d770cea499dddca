import type { EntryState, OpenEntry, Reservation, UsageEvent } from '@turnpike/core';

const states: Readonly<Record<string, EntryState>> = { h: 'held', s: 'settled', x: 'expired' };

/** See `scripts/bucket.lua`. The model comes last, because it may contain anything. */
const pattern =
  /^1([hsx])\|(\d+)\|(\d+)\|\d+[-utb]\|\d+\|(\d+)\|(\d+)\|([ul])\|([01])\|([^|]*)\|([^]*)$/;

/** The part of an entry's text that never changes: who, under which terms, through which node. */
export function entryTail(
  entry: Pick<
    Reservation & UsageEvent,
    'userId' | 'apiTokenId' | 'unlimitedToken' | 'hardBudget' | 'model'
  >,
  nodeId: string,
): string {
  const kind = entry.unlimitedToken ? 'u' : 'l';
  const budget = entry.hardBudget ? '1' : '0';
  return `${entry.userId}|${entry.apiTokenId}|${kind}|${budget}|${nodeId}|${entry.model}`;
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
    unlimitedToken: kind === 'u',
    hardBudget: budget === '1',
    model,
    amount: Number(amount),
    state: states[state] ?? 'held',
    nodeId,
    since: Number(since),
  };
}
