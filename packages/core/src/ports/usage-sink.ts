import type { UsageEvent } from '../usage/usage-event.ts';

/**
 * Where finished requests go. `publish` resolves when the events can no longer be lost; the last byte of an answer
 * waits for it. Concurrent calls are committed together (group commit). Publishing an event twice charges it once.
 * The reservation of each event is settled with it: from then on the ledger keeps the actual amount aside.
 *
 * @throws when the events could not be made durable: the answer must then end with an error instead of its last byte
 */
export interface UsageSink {
  publish(events: readonly UsageEvent[]): Promise<void>;
  /** Everything published so far is durable. New events are refused afterwards. */
  close(): Promise<void>;
}
