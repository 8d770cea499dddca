import type { OpaqueState } from '@turnpike/core';
import { SecondChanceCache } from '../memory/second-chance-cache.ts';

/** States by the name of their entry, in the memory of one process; they weigh their bytes. */
export type StateShelf = SecondChanceCache<readonly OpaqueState[]>;

export function createStateShelf(maxBytes: number): StateShelf {
  return new SecondChanceCache(maxBytes);
}

/** Larger entries are not kept: no signature is, and thoughts are not worth it. */
export const MAX_ENTRY_BYTES = 64 * 1024;
/** A tool call that is not answered within a day is not answered any more. */
export const STATE_LIFE_MS = 24 * 60 * 60 * 1000;

/** The name of an entry. Call ids are of any length, and come from outside. */
export function nameOf(userId: number, callId: string): string {
  return `${String(userId)}:${callId.slice(0, 200)}`;
}
