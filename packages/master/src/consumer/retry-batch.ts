import {
  MAX_BATCH_EVENTS,
  USAGE_BATCH_VERSION,
  type UsageBatch,
  type UsageEvent,
} from '@turnpike/core';

/** Sender of batches of events that were parked: nobody waits for their acknowledgement. */
const SENDER = 'parked-events';

/**
 * Batches about parked events: those that are tried again, or what stands in for them. An event leaves the parking place
 * when it is charged.
 */
export function makeRetryBatches(
  events: readonly UsageEvent[],
  newBatchId: () => string,
): UsageBatch[] {
  const batches: UsageBatch[] = [];
  for (let start = 0; start < events.length; start += MAX_BATCH_EVENTS) {
    batches.push({
      v: USAGE_BATCH_VERSION,
      id: newBatchId(),
      nodeId: SENDER,
      events: events.slice(start, start + MAX_BATCH_EVENTS),
    });
  }
  return batches;
}

export function isRetryBatch({ nodeId }: UsageBatch): boolean {
  return nodeId === SENDER;
}
