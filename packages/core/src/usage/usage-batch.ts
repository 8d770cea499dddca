import type { UsageEvent } from './usage-event.ts';

/** The newest shape of batches that this build understands. */
export const USAGE_BATCH_VERSION = 1;

/** Events in one batch, at most. */
export const MAX_BATCH_EVENTS = 500;

/**
 * Usage events as they travel: written once and never changed, the unit of transport. The unit of idempotency is the
 * request id of each event.
 */
export interface UsageBatch {
  /** Version of this shape; a node that meets a newer one leaves it to nodes that know it. */
  v: number;
  /** UUID: the id of the queue's job. */
  id: string;
  /** Who is told when the batch is applied. */
  nodeId: string;
  /** 1 to {@link MAX_BATCH_EVENTS}. */
  events: readonly UsageEvent[];
}
