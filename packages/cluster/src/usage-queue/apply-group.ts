import type { UsageBatch } from '@turnpike/core';

export interface ApplyGroupDeps {
  /** Makes the batches of one group durable, all or none. */
  apply(batches: readonly UsageBatch[]): Promise<void>;
  maxBatches: number;
  maxEvents: number;
  /** Where one group follows the other, the next one waits this long for more batches. Milliseconds; 0: never. */
  lingerMs: number;
}

/** A group that begins sooner after the last one, in lingers, is one of many. */
const BUSY_LINGERS = 4;

interface Waiting {
  batch: UsageBatch;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Batches that wait together are applied together, one group after the other. A transaction costs master, database and
 * Redis about the same whatever is in it, so a busy master waits a little to fill it. When a group fails, everything that waits
 * fails with it: the database is most likely away, and whoever asked gives its job back.
 */
export class ApplyGroup {
  readonly #deps: ApplyGroupDeps;
  #waiting: Waiting[] = [];
  #isApplying = false;
  #timer: NodeJS.Timeout | undefined;
  /** Of the monotonic clock, milliseconds. */
  #lastAppliedAt = -Infinity;

  constructor(deps: ApplyGroupDeps) {
    this.#deps = deps;
  }

  /** Resolves when the batch is applied. @throws what `apply` rejects with */
  add(batch: UsageBatch): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ batch, resolve, reject });
      this.#schedule();
    });
  }

  #schedule(): void {
    const { maxBatches, lingerMs } = this.#deps;
    if (this.#isApplying || this.#waiting.length === 0) return;
    const isBusy = performance.now() - this.#lastAppliedAt < BUSY_LINGERS * lingerMs;
    if (isBusy && this.#waiting.length < maxBatches) {
      this.#timer ??= setTimeout(() => this.#begin(), lingerMs);
      return;
    }
    this.#begin();
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isApplying = true;
    // Jobs that arrive in one answer of Redis are handed over one by one, in the same turn of the event loop.
    setImmediate(() => void this.#applyNext());
  }

  async #applyNext(): Promise<void> {
    const group = this.#take();
    try {
      await this.#deps.apply(group.map(({ batch }) => batch));
      for (const { resolve } of group) resolve();
    } catch (error) {
      for (const { reject } of [...group, ...this.#waiting.splice(0)]) reject(error);
    }
    this.#isApplying = false;
    this.#lastAppliedAt = performance.now();
    this.#schedule();
  }

  #take(): Waiting[] {
    const { maxBatches, maxEvents } = this.#deps;
    let count = 0;
    let events = 0;
    for (const { batch } of this.#waiting) {
      events += batch.events.length;
      if (count > 0 && (count === maxBatches || events > maxEvents)) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }
}
