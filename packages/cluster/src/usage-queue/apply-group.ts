import type { UsageBatch } from '@turnpike/core';

export interface ApplyGroupDeps {
  /** Makes the batches of one group durable, all or none. */
  apply(batches: readonly UsageBatch[]): Promise<void>;
  maxBatches: number;
  maxEvents: number;
}

interface Waiting {
  batch: UsageBatch;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Batches that wait together are applied together, one group after the other. When a group fails, everything that waits
 * fails with it: the database is most likely away, and whoever asked gives its job back.
 */
export class ApplyGroup {
  readonly #deps: ApplyGroupDeps;
  #waiting: Waiting[] = [];
  #isApplying = false;

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
    if (this.#isApplying || this.#waiting.length === 0) return;
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
