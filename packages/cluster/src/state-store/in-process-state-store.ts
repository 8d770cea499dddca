import type { Clock, OpaqueState, StateStore } from '@turnpike/core';
import { createStateShelf, MAX_ENTRY_BYTES, nameOf, STATE_LIFE_MS } from './state-entries.ts';

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024;

/** State of tool calls in the memory of the one process of standalone mode. */
export function createInProcessStateStore({
  clock,
  maxBytes = DEFAULT_MAX_BYTES,
}: {
  clock: Clock;
  maxBytes?: number;
}): StateStore {
  const shelf = createStateShelf(maxBytes);
  return {
    put(userId, callId, states) {
      const bytes = Buffer.byteLength(JSON.stringify(states));
      if (bytes > MAX_ENTRY_BYTES) return;
      const name = nameOf(userId, callId);
      shelf.set(name, states, {
        weight: bytes + name.length,
        until: clock.now() + STATE_LIFE_MS,
      });
    },
    find(userId, callIds) {
      const found = new Map<string, readonly OpaqueState[]>();
      for (const callId of callIds) {
        const states = shelf.get(nameOf(userId, callId), clock.now());
        if (states !== undefined) found.set(callId, states);
      }
      return Promise.resolve(found);
    },
    close: () => Promise.resolve(),
  };
}
