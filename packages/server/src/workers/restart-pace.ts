const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;
/** A process that lived this long did start: the next one needs no pause. */
const LONG_LIFE_MS = 10_000;

/** How long to wait before a process that ended is replaced: at once as a rule, longer and longer where it cannot start. */
export class RestartPace {
  #failures = 0;

  /** @returns milliseconds to wait after a life of `livedMs` */
  next(livedMs: number): number {
    if (livedMs >= LONG_LIFE_MS) this.#failures = 0;
    const pause = this.#failures === 0 ? 0 : FIRST_PAUSE_MS * 2 ** (this.#failures - 1);
    this.#failures += 1;
    return Math.min(pause, LONGEST_PAUSE_MS);
  }
}
