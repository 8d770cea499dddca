import type { OpaqueState } from '../canonical/part.ts';

/**
 * Remembers what models want back with a tool call, for clients that drop what they do not know. By user and call id, for
 * a limited time and in limited memory: it may forget at any moment, and then the conversation goes on without.
 */
export interface StateStore {
  /** Never throws and never waits for what is not there: a store out of reach forgets. */
  put(userId: number, callId: string, states: readonly OpaqueState[]): void;
  /** States of those of the calls that are remembered. */
  find(
    userId: number,
    callIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly OpaqueState[]>>;
  close(): Promise<void>;
}
