import type { UsageEvent } from '../usage/usage-event.ts';

export interface ParkedEvent {
  event: UsageEvent;
  /** Why it could not be applied: `too-old`, or the text of the error. */
  reason: string;
  /** Unix seconds. */
  parkedAt: number;
}

/** Usage events that can not be applied, kept with the reason until an administrator decides. */
export interface ParkedUsage {
  /** Repeat-safe: an event that is parked already stays as it is. */
  park(events: readonly UsageEvent[], reason: string): Promise<void>;
  list(page: { offset: number; limit: number }): Promise<readonly ParkedEvent[]>;
  count(): Promise<number>;
  /** Resolves to how many were there. */
  remove(requestIds: readonly string[]): Promise<number>;
}
