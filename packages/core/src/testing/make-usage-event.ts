import { randomUUID } from 'node:crypto';
import type { UsageEvent } from '../usage/usage-event.ts';

/** A valid usage event with an id of its own; fields can be replaced. */
export function makeUsageEvent(fields: Partial<UsageEvent> = {}): UsageEvent {
  return {
    v: 1,
    requestId: randomUUID(),
    at: 1_790_000_000_000,
    userId: 1,
    username: 'root',
    apiTokenId: 1,
    apiTokenName: 'default',
    unlimitedToken: false,
    channelId: 1,
    model: 'gpt-4o',
    upstreamModel: 'gpt-4o',
    billedModel: 'gpt-4o',
    operation: 'chat',
    usage: {
      input: { uncached: 10, cacheRead: 0, cacheWrite: 0 },
      output: { text: 5, reasoning: 0 },
      source: 'reported',
    },
    quota: 30,
    writtenOff: 0,
    hardBudget: false,
    price: {
      source: 'price-book',
      modelRatio: 1.25,
      completionRatio: 4,
      groupRatio: 1,
      version: 1,
    },
    isStream: false,
    firstByteMs: 120,
    durationMs: 340,
    nodeId: 'test',
    endState: 'complete',
    attempts: 1,
    systemPromptReset: false,
    ...fields,
  };
}
