import { emptyUsage, type OpenEntry, type UsageEvent } from '@turnpike/core';

export interface AccountNames {
  username: string;
  apiTokenName: string;
}

/**
 * The usage event of an open entry whose relay will not send one: what was used is unknown, the amount is all there is.
 * Should the real event arrive after all, the difference is charged.
 */
export function toAssumedEvent(
  entry: OpenEntry,
  endState: 'expired' | 'recovered',
  { quota, username, apiTokenName }: AccountNames & { quota: number },
): UsageEvent {
  return {
    v: 1,
    requestId: entry.requestId,
    at: entry.since,
    userId: entry.userId,
    username,
    apiTokenId: entry.apiTokenId,
    apiTokenName,
    unlimitedToken: entry.unlimitedToken,
    channelId: 0,
    model: entry.model,
    upstreamModel: entry.model,
    billedModel: entry.model,
    operation: 'unknown',
    usage: { ...emptyUsage, source: 'estimated' },
    quota,
    writtenOff: 0,
    hardBudget: entry.hardBudget,
    price: { source: 'open-entry', modelRatio: 0, completionRatio: 0, groupRatio: 0, version: 0 },
    isStream: false,
    firstByteMs: 0,
    durationMs: 0,
    nodeId: entry.nodeId,
    endState,
    attempts: 0,
    systemPromptReset: false,
  };
}
