import type { RequestKind, UsageEvent } from '@turnpike/core';

/** What one event changes now. */
export interface Charge {
  event: UsageEvent;
  /** Quota units; negative where an assumed charge was too high. */
  quota: number;
  /** 1; 0 where the request was counted when its charge was assumed. */
  requests: 0 | 1;
  /** Unique for each charge: the request id, with a suffix for a correction. */
  key: string;
}

/** Usage older than this is not applied any more: its request id may have been forgotten. */
export const REQUEST_RETENTION_MS = 35 * 24 * 3600 * 1000;

/** `usage_requests.kind`: whether a relay reported the usage, or a master assumed it. */
export function kindOf({ endState }: UsageEvent): RequestKind {
  return endState === 'expired' || endState === 'recovered' ? endState : 'real';
}

/** The charge of an event that was never charged before. */
export function firstCharge(event: UsageEvent): Charge {
  return { event, quota: event.quota, requests: 1, key: event.requestId };
}

/**
 * What a second event about a charged request changes: a real one corrects an assumed charge, once.
 * Undefined: nothing.
 */
export function correctCharge(
  event: UsageEvent,
  before: { charged: number; kind: string },
): Charge | undefined {
  if (before.kind === 'real' || kindOf(event) !== 'real') return undefined;
  const quota = event.quota - before.charged;
  return { event, quota, requests: 0, key: `${event.requestId}:late` };
}

/** @throws for an amount that could spoil a balance; such an event can never be applied */
export function checkQuota({ requestId, quota }: UsageEvent): void {
  if (Number.isSafeInteger(quota) && quota >= 0) return;
  throw new RangeError(`usage event ${requestId} has a quota that is no amount: ${quota}`);
}
