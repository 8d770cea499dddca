import type { Clock } from '@turnpike/core';

const MAX_KNOWN = 50_000;
/** Vendors keep prompts cached for an hour at most. */
const LIFE_MS = 60 * 60_000;

/** Which channel served a conversation last on this node: its prompt is cached there, and its opaque state is valid there. */
export class ChannelAffinity {
  readonly #clock: Clock;
  readonly #known = new Map<string, { channelId: number; until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(conversation: string): number | undefined {
    const found = this.#known.get(conversation);
    return found === undefined || found.until <= this.#clock.now() ? undefined : found.channelId;
  }

  note(conversation: string, channelId: number): void {
    // A map keeps the order of insertion: the one that was silent longest is the first.
    this.#known.delete(conversation);
    this.#known.set(conversation, { channelId, until: this.#clock.now() + LIFE_MS });
    if (this.#known.size <= MAX_KNOWN) return;
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }
}
