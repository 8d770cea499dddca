/** Something that wants to look at the time about once a second while it lives. */
export interface Ticking {
  onTick(now: number): void;
}

export const TICK_MS = 500;

/** Knows the time roughly, and tells it to its members. */
export interface Ticker {
  /** Unix milliseconds of the last tick: what is the time to a member, for nothing. Up to {@link TICK_MS} old. */
  readonly now: number;
  add(member: Ticking): void;
  remove(member: Ticking): void;
}

/** One timer for all open calls and streams, instead of one or two for each. Runs only while one is open. */
export class StreamTicker implements Ticker {
  readonly #members = new Set<Ticking>();
  #timer: NodeJS.Timeout | undefined;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  add(member: Ticking): void {
    this.#members.add(member);
    if (this.#timer !== undefined) return;
    this.#now = Date.now();
    this.#timer = setInterval(this.#tick, TICK_MS).unref();
  }

  remove(member: Ticking): void {
    this.#members.delete(member);
  }

  /** The timer outlives the last member by a tick: one call after the other would start it each time. */
  #tick = (): void => {
    if (this.#members.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#now = Date.now();
    for (const ticking of this.#members) ticking.onTick(this.#now);
  };
}
