import type { OpenEntry, UsageEvent } from '@turnpike/core';
import { toAssumedEvent } from '../ledger-repair/assumed-event.ts';

/**
 * The event that stands in for a parked one that is dropped: it charges nothing, leaves a row in the log, and lets the
 * open entry of the request go. Without it the sweep would take the usage for lost, and charge the entry.
 *
 * @param parked as it was parked: nothing in it is sure but its request id
 * @param at Unix milliseconds; the event itself may be too old to be applied
 * @returns undefined where it does not say whose request it was
 */
export function makeReleaseEvent(parked: UsageEvent, at: number): UsageEvent | undefined {
  const { requestId, userId, apiTokenId } = parked;
  const { model, nodeId, username, apiTokenName }: Partial<Record<string, unknown>> = { ...parked };
  if (!Number.isSafeInteger(userId) || !Number.isSafeInteger(apiTokenId)) return undefined;
  const entry: OpenEntry = {
    requestId,
    userId,
    apiTokenId,
    unlimitedToken: false,
    hardBudget: false,
    model: toText(model),
    amount: 0,
    state: 'expired',
    nodeId: toText(nodeId),
    since: at,
  };
  return toAssumedEvent(entry, 'expired', {
    quota: 0,
    username: toText(username),
    apiTokenName: toText(apiTokenName),
  });
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
