/** About how many pages a commit writes besides those of its rows, and how many rows fill one more. */
const PAGES_OF_COMMIT = 16;
const ROWS_OF_PAGE = 2;
/** Pages in the log that are worth a checkpoint: 16 MB. Most were written again and again, and go to the disk once. */
const DUE_PAGES = 4000;
/** Should no checkpoint come to its end, the connection makes one itself when its log is this long. */
export const LAST_RESORT_PAGES = 10 * DUE_PAGES;

/**
 * Keeps the write-ahead log short by checkpoints that another thread makes. The first goes on beside commits and does
 * nearly all of the work; for the second, which has little left to do, commits wait: only a log that was copied to its
 * last page begins anew.
 */
export class WalCheckpoints {
  readonly #checkpoint: () => Promise<unknown>;
  #pages = 0;
  #isRunning = false;
  #pause: Promise<void> | undefined;

  /** @param checkpoint copies what is in the log into the database, without waiting for anybody (PASSIVE) */
  constructor(checkpoint: () => Promise<unknown>) {
    this.#checkpoint = checkpoint;
  }

  /** While this is there, commits have to wait for it. */
  get pause(): Promise<void> | undefined {
    return this.#pause;
  }

  noteCommit(rows: number): void {
    this.#pages += PAGES_OF_COMMIT + Math.ceil(rows / ROWS_OF_PAGE);
    if (this.#pages >= DUE_PAGES && !this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    this.#pages = 0;
    try {
      await this.#checkpoint();
      this.#pause = this.#checkpoint().then(ignore, ignore);
      await this.#pause;
    } catch {
      // Somebody else is at it, or the thread ended: the next one will do.
    } finally {
      this.#pause = undefined;
      this.#isRunning = false;
    }
  }
}

function ignore(): void {
  // a log that stays long is no failure of a charge
}
