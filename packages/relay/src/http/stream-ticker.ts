/** Something that wants to look at the time about once a second while it lives. */
export interface Ticking {
  /** The ticker's: who came before and after this member. To begin with undefined, as of whoever is no member. */
  tickPrevious: Ticking | undefined;
  tickNext: Ticking | undefined;
  onTick(now: number): void;
}

export const TICK_MS = 500;

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
 * Members are a list of their own making, and not in a `Set`: each request adds one and takes one away, for which a `Set`
 * makes itself a new table every few dozen requests, and its old tables point to the next. Once a single table has grown
 * old, everything that was a member since then outlives the quick collections of garbage: this doubled the CPU of a
 * request. Here who left points to nobody.
 */
export class StreamTicker implements Ticker {
  #first: Ticking | undefined;
  #last: Ticking | undefined;
  /** Who is told next, while the time is told. */
  #upcoming: Ticking | undefined;
  #timer: NodeJS.Timeout | undefined;
  #now = 0;

  get now(): number {
    return this.#now;
  }

  add(member: Ticking): void {
    if (this.#has(member)) return;
    member.tickPrevious = this.#last;
    if (this.#last === undefined) this.#first = member;
    else this.#last.tickNext = member;
    this.#last = member;
    if (this.#timer !== undefined) return;
    this.#now = Date.now();
    this.#timer = setInterval(this.#tick, TICK_MS).unref();
  }

  remove(member: Ticking): void {
    if (!this.#has(member)) return;
    const { tickPrevious, tickNext } = member;
    if (tickPrevious === undefined) this.#first = tickNext;
    else tickPrevious.tickNext = tickNext;
    if (tickNext === undefined) this.#last = tickPrevious;
    else tickNext.tickPrevious = tickPrevious;
    if (this.#upcoming === member) this.#upcoming = tickNext;
    member.tickPrevious = undefined;
    member.tickNext = undefined;
  }

  #has(member: Ticking): boolean {
    return member.tickPrevious !== undefined || this.#first === member;
  }

  /** The timer outlives the last member by a tick: one call after the other would start it each time. */
  #tick = (): void => {
    if (this.#first === undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      return;
    }
    this.#now = Date.now();
    let member: Ticking | undefined = this.#first;
    while (member !== undefined) {
      this.#upcoming = member.tickNext;
      member.onTick(this.#now);
      member = this.#upcoming;
    }
  };
}
