/** Something that wants to look at the time about once a second while it lives. */
export interface Ticking {
  onTick(now: number): void;
}

const TICK_MS = 500;

/** One timer for all open streams, instead of one or two for each. Runs only while a stream is open. */
export class StreamTicker {
  readonly #members = new Set<Ticking>();
  #timer: NodeJS.Timeout | undefined;

  add(member: Ticking): void {
    this.#members.add(member);
    this.#timer ??= setInterval(() => {
      const now = Date.now();
      for (const ticking of this.#members) ticking.onTick(now);
    }, TICK_MS);
  }

  remove(member: Ticking): void {
    this.#members.delete(member);
    if (this.#members.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
