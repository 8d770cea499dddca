/** What can be stopped from taking new work. */
export interface Pausable {
  pause(doNotWaitActive: boolean): Promise<void>;
  resume(): Promise<void>;
}

const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/**
 * Keeps a worker from taking jobs while what it needs is down: after each failure twice as long, until something
 * succeeds. Other workers take the jobs meanwhile.
 */
export class LocalPause {
  readonly #worker: Pausable;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(worker: Pausable) {
    this.#worker = worker;
  }

  /** Milliseconds that the worker is paused after so many failures in a row. */
  static lengthOf(failures: number): number {
    return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS);
  }

  get isPaused(): boolean {
    return this.#timer !== undefined;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#end();
  }

  /** @returns milliseconds until the worker takes jobs again; 0 when it was paused already */
  failed(): number {
    if (this.#timer !== undefined || this.#isStopped) return 0;
    this.#failures += 1;
    const pauseMs = LocalPause.lengthOf(this.#failures);
    this.#timer = setTimeout(() => this.#end(), pauseMs);
    void this.#worker.pause(true);
    return pauseMs;
  }

  /** No pause begins or ends any more. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #end(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    void this.#worker.resume();
  }
}
