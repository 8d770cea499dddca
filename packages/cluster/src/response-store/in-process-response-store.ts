import type { Clock, ResponseStore } from '@turnpike/core';
import { MAX_PACKED_BYTES, nameOf, packResponse, unpackResponse } from './pack-response.ts';

export interface ResponseStoreLimits {
  /** Of all answers together; 0: nothing is kept. */
  maxBytes: number;
  lifeMs: number;
}

interface Entry {
  packed: Buffer;
  /** Unix milliseconds. */
  until: number;
}

/** Answers in the memory of the one process of standalone mode. */
export function createInProcessResponseStore({
  clock,
  maxBytes,
  lifeMs,
}: ResponseStoreLimits & { clock: Clock }): ResponseStore {
  // A map keeps the order of insertion: the oldest is the first.
  const entries = new Map<string, Entry>();
  let bytes = 0;

  function remove(name: string): boolean {
    const entry = entries.get(name);
    if (entry === undefined) return false;
    entries.delete(name);
    bytes -= entry.packed.length;
    return entry.until > clock.now();
  }

  return {
    isOpen: maxBytes > 0,
    async put(response) {
      const packed = await packResponse(response);
      if (packed.length > Math.min(maxBytes, MAX_PACKED_BYTES)) return false;
      const name = nameOf(response.userId, response.id);
      remove(name);
      for (const oldest of entries.keys()) {
        if (bytes + packed.length <= maxBytes) break;
        remove(oldest);
      }
      entries.set(name, { packed, until: response.createdAt + lifeMs });
      bytes += packed.length;
      return true;
    },
    async find(userId, id) {
      const entry = entries.get(nameOf(userId, id));
      if (entry === undefined || entry.until <= clock.now()) return undefined;
      return unpackResponse(entry.packed);
    },
    remove: (userId, id) => Promise.resolve(remove(nameOf(userId, id))),
    close: () => Promise.resolve(),
  };
}
