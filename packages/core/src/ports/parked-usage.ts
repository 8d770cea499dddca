import type { UsageEvent } from '../usage/usage-event.ts';

export interface ParkedEvent {
  /** As it came: nothing but its request id is sure. */
  event: UsageEvent;
  /** Why it could not be applied: `too-old`, or the text of the error. */
  reason: string;
  /** Unix seconds. */
  parkedAt: number;
}

/** A job of the queue that is no batch, or an event without a usable request id: all that is known is its text. */
export interface ParkedJob {
  id: string;
  data: string;
  reason: string;
  /** Unix seconds. */
  parkedAt: number;
}

/**
 * What can not be applied, kept with the reason until an administrator decides. While an event is parked its open entry
 * stays as it is: the quota remains set aside, and no master publishes an assumed charge for it.
 */
export interface ParkedUsage {
  /** Repeat-safe: an event that is parked already stays as it is. */
  park(events: readonly UsageEvent[], reason: string): Promise<void>;
  /** Repeat-safe by id. Very long data is cut off. */
  parkJob(job: { id: string; data: string; reason: string }): Promise<void>;
  /** Events, in the order of their request ids. */
  list(page: { offset: number; limit: number }): Promise<readonly ParkedEvent[]>;
  listJobs(page: { offset: number; limit: number }): Promise<readonly ParkedJob[]>;
  /** Which of these requests are parked. */
  find(requestIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Events and jobs. */
  count(): Promise<number>;
  /** Takes request ids and ids of jobs. Resolves to how many were there. */
  remove(ids: readonly string[]): Promise<number>;
}
