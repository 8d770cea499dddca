/** Something that wants to look at the time about once a second while it lives. */
export interface Ticking {
  /** The ticker's: where it keeps this member. To begin with {@link NOT_TICKING}. */
  tickSlot: number;
  onTick(now: number): void;
}

export const TICK_MS = 500;
export const NOT_TICKING = -1;

/** Knows the time roughly, and tells it to its members. */
export interface Ticker {
  /** Unix milliseconds of the last tick: what is the time to a member, for nothing. Up to {@link TICK_MS} old. */
  readonly now: number;
  /** A member already: nothing changes. */
  add(member: Ticking): void;
  /** No member: nothing changes. */
  remove(member: Ticking): void;
}

/**
 * One timer for all open calls and streams, instead of one or two for each. Runs only while one is open.
 *
 * Members are in a list and not in a `Set`: each request adds one and takes one away, for which a `Set` makes itself a new
 * table every few dozen requests, and its old tables point to the next. Once a single table has grown old, everything that
 * was a member since then outlives the quick collections of garbage: this doubled the CPU of a request.
 */
export class StreamTicker implements Ticker {
  /** Without holes up to `#count`; never made shorter, so that it is not made anew either. */
  readonly #members: (Ticking | undefined)[] = [];
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  add(member: Ticking): void {
    if (member.tickSlot !== NOT_TICKING) return;
    member.tickSlot = this.#count;
    this.#members[this.#count] = member;
    this.#count += 1;
    if (this.#timer !== undefined) return;
    this.#now = Date.now();
    this.#timer = setInterval(this.#tick, TICK_MS).unref();
  }

  /** The last one takes its place. */
  remove(member: Ticking): void {
    const { tickSlot } = member;
    if (tickSlot === NOT_TICKING) return;
    this.#count -= 1;
    const last = this.#members[this.#count] as Ticking;
    last.tickSlot = tickSlot;
    this.#members[tickSlot] = last;
    this.#members[this.#count] = undefined;
    member.tickSlot = NOT_TICKING;
  }

  /** The timer outlives the last member by a tick: one call after the other would start it each time. */
  #tick = (): void => {
    if (this.#count === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#now = Date.now();
    // From the end: who takes the place of one that leaves meanwhile has had its turn.
    for (let slot = this.#count - 1; slot >= 0; slot -= 1) this.#members[slot]?.onTick(this.#now);
  };
}
