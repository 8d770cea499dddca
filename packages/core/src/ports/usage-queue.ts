import type { UsageBatch } from '../usage/usage-batch.ts';

export interface UsageQueueCounts {
  waiting: number;
  active: number;
  delayed: number;
  /** Age of the oldest event that waits; 0 where nothing waits. Milliseconds. */
  oldestMs: number;
}

/** What a consumer made of the batches it was given. Batches that are not named stay in the queue and come again. */
export interface UsageConsumer {
  /**
   * Applies batches that waited together, in one transaction where it can. When it resolves, every one of them is
   * applied or parked: their jobs are removed and their nodes are told. When it rejects, they come again.
   */
  apply(batches: readonly UsageBatch[]): Promise<void>;
  /** A job that is no batch: kept for a person to look at. When it resolves, the job is removed. */
  park(job: { id: string; data: string; reason: string }): Promise<void>;
}

/** The queue between relays and the database. At least once: the same batch may come twice. */
export interface UsageQueue {
  /** Adds a batch of the master's own (expired, recovered or retried events). The same id twice is one job while it waits. */
  add(batch: UsageBatch): Promise<void>;
  /** Batches of a newer version than this build knows wait for a node that does. */
  consume(consumer: UsageConsumer): Promise<{ stop(): Promise<void> }>;
  counts(): Promise<UsageQueueCounts>;
}
