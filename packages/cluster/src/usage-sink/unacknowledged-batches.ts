import type { UsageBatch } from '@turnpike/core';
import { parseBatch } from '../usage-queue/usage-batch-schema.ts';
import type { StoredBatch } from './journal/journal.ts';

/** A batch that the database has not acknowledged: a few words in memory, the rest in the journal. */
export interface OpenBatch {
  readonly id: string;
  /** In whose name it is acknowledged: another node's for an adopted one. */
  readonly nodeId: string;
  readonly eventCount: number;
  /** Quota units of all its events. */
  readonly quota: number;
  /** When its oldest event happened, Unix milliseconds. */
  readonly at: number;
  readonly stored: StoredBatch;
  /** Unix milliseconds: when it is sent (again); Infinity while it is being sent. */
  dueAt: number;
  /** Times that Redis took it. */
  sendings: number;
  /** Its publish has resolved, or will. */
  isSafe: boolean;
  /** Its events were settled, so that their reservations are its own. */
  isSettled: boolean;
}

/** Every batch that this node answers for until the database has it. */
export class UnacknowledgedBatches {
  readonly #batches = new Map<string, OpenBatch>();
  readonly #perNode = new Map<string, number>();
  #events = 0;
  #quota = 0;

  get size(): number {
    return this.#batches.size;
  }

  /** Events and their quota units. */
  get sum(): { count: number; amount: number } {
    return { count: this.#events, amount: this.#quota };
  }

  /** Whose acknowledgements are awaited. */
  get nodeIds(): readonly string[] {
    return [...this.#perNode.keys()];
  }

  /** Unix milliseconds; 0 where there is none. Batches are kept in the order they came. */
  get oldestAt(): number {
    for (const { at } of this.#batches.values()) return at;
    return 0;
  }

  has(id: string): boolean {
    return this.#batches.has(id);
  }

  add(batch: OpenBatch): void {
    this.#batches.set(batch.id, batch);
    this.#events += batch.eventCount;
    this.#quota += batch.quota;
    this.#perNode.set(batch.nodeId, (this.#perNode.get(batch.nodeId) ?? 0) + 1);
  }

  /** @returns undefined when it is not (or no longer) here */
  remove(id: string): OpenBatch | undefined {
    const batch = this.#batches.get(id);
    if (batch === undefined) return undefined;
    this.#batches.delete(id);
    this.#events -= batch.eventCount;
    this.#quota -= batch.quota;
    const left = (this.#perNode.get(batch.nodeId) ?? 1) - 1;
    if (left > 0) this.#perNode.set(batch.nodeId, left);
    else this.#perNode.delete(batch.nodeId);
    return batch;
  }

  /** Batches whose time has come, oldest first, up to either limit but at least one. */
  due(now: number, limits: { batches: number; events: number }): OpenBatch[] {
    const due: OpenBatch[] = [];
    let events = 0;
    for (const batch of this.#batches.values()) {
      if (batch.dueAt > now) continue;
      events += batch.eventCount;
      if (due.length > 0 && (due.length >= limits.batches || events > limits.events)) break;
      due.push(batch);
    }
    return due;
  }

  /** All that are not just being sent are due. */
  makeAllDue(now: number): void {
    for (const batch of this.#batches.values()) {
      if (batch.dueAt !== Infinity) batch.dueAt = now;
    }
  }

  /** Whether one was never taken by Redis. */
  get isAnyUnsent(): boolean {
    for (const { sendings } of this.#batches.values()) if (sendings === 0) return true;
    return false;
  }

  /** The batches that are safe or settled, read from the journal one by one as the caller goes on. */
  *[Symbol.iterator](): Generator<UsageBatch> {
    for (const { stored, isSafe, isSettled } of this.#batches.values()) {
      if (!isSafe && !isSettled) continue;
      const batch = readBatch(stored);
      if (batch !== undefined) yield batch;
    }
  }
}

/** One that cannot be read must not keep the others from being restored; who sends it again reports it. */
function readBatch(stored: StoredBatch): UsageBatch | undefined {
  try {
    return parseBatch(stored.read());
  } catch {
    return undefined;
  }
}
