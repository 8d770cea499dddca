/** Retries are at most this part of the traffic, so that an outage is not multiplied. */
const RETRIES_PER_REQUEST = 0.2;
/** A quiet gateway may still retry this many times at once. */
const MAX_SAVED = 20;

/** A bucket that each request fills a little and each retry empties by one. */
export class RetryBudget {
  #saved = MAX_SAVED;

  noteRequest(): void {
    this.#saved = Math.min(MAX_SAVED, this.#saved + RETRIES_PER_REQUEST);
  }

  /** Takes one retry; false when they are used up. */
  take(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
