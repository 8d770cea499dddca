import type { OpaqueState } from '@turnpike/core';

interface Entry {
  states: readonly OpaqueState[];
  bytes: number;
  /** Unix milliseconds. */
  until: number;
}

/** States by name in the memory of one process: the most recently used ones, as many as fit into a number of bytes. */
export class StateShelf {
  readonly #maxBytes: number;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** @param now Unix milliseconds */
  get(name: string, now: number): readonly OpaqueState[] | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    this.#delete(name);
    if (entry.until <= now) return undefined;
    // A map keeps the order of insertion: the least recently used entry is the first.
    this.#add(name, entry);
    return entry.states;
  }

  set(name: string, entry: Entry): void {
    this.#delete(name);
    if (entry.bytes > this.#maxBytes) return;
    this.#add(name, entry);
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#delete(oldest);
    }
  }

  #add(name: string, entry: Entry): void {
    this.#entries.set(name, entry);
    this.#bytes += entry.bytes;
  }

  #delete(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    this.#entries.delete(name);
    this.#bytes -= entry.bytes;
  }
}

/** Larger entries are not kept: no signature is, and thoughts are not worth it. */
export const MAX_ENTRY_BYTES = 64 * 1024;
/** A tool call that is not answered within a day is not answered any more. */
export const STATE_LIFE_MS = 24 * 60 * 60 * 1000;

/** The name of an entry. Call ids are of any length, and come from outside. */
export function nameOf(userId: number, callId: string): string {
  return `${String(userId)}:${callId.slice(0, 200)}`;
}
