import { setTimeout as delay } from 'node:timers/promises';
import type { Clock, Logger, UsageEvent } from '@turnpike/core';
import type { UsageJobs } from '../usage-queue/usage-jobs.ts';
import { parseBatch } from '../usage-queue/usage-batch-schema.ts';
import { withDeadline } from '../redis/with-deadline.ts';
import type { RedisReach } from './redis-reach.ts';
import type { OpenBatch, UnacknowledgedBatches } from './unacknowledged-batches.ts';

export interface ResenderDeps {
  batches: UnacknowledgedBatches;
  jobs: Pick<UsageJobs, 'add'>;
  ledger: { settle(events: readonly UsageEvent[]): Promise<void> };
  reach: Pick<RedisReach, 'isConnected' | 'isThere' | 'answered' | 'failed'>;
  /** Milliseconds until a batch that Redis took is sent again. */
  resendAfterMs: number;
  /** Milliseconds that an answer of Redis is waited for. */
  deadlineMs: number;
  clock: Clock;
  logger: Logger;
}

/** One portion goes out every `PORTION_MS`: 500 batches or 5 000 events a second, so that a Redis that returns is not drowned. */
const PORTION = { batches: 50, events: 500 };
const PORTION_MS = 100;
/** To a Redis that did not answer last time. */
const PROBE = { batches: 1, events: 0 };
/** How often it is looked for batches that are due, and for a Redis that was away. */
const LOOK_MS = 1000;
/** A batch that waits for a database that is down need not travel every minute: the time doubles up to this many times. */
const LONGEST_WAIT = 16;

/**
 * Sends what the database has not acknowledged: at once where Redis was away, else after a while, again and again, under
 * the same ids. Sending too often is safe.
 */
export class Resender {
  readonly #deps: ResenderDeps;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  #isClosed = false;
  /** Batches that were sent again, since the start. */
  resentCount = 0;

  constructor(deps: ResenderDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => this.kick(), Math.min(LOOK_MS, deps.resendAfterMs)).unref();
  }

  /** Looks now. Never throws. */
  kick(): void {
    const { batches, reach, clock } = this.#deps;
    if (this.#isClosed || this.#running !== undefined || !reach.isConnected) return;
    if (batches.due(clock.now(), PROBE).length === 0) return;
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** When the next sending of a batch that Redis just took is due. */
  nextAt(sendings: number): number {
    const { clock, resendAfterMs } = this.#deps;
    return clock.now() + resendAfterMs * Math.min(2 ** (sendings - 1), LONGEST_WAIT);
  }

  /** Nothing is under way when it resolves. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#timer);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { batches, clock, reach } = this.#deps;
    while (!this.#isClosed) {
      const due = batches.due(clock.now(), reach.isThere ? PORTION : PROBE);
      if (due.length === 0) return;
      const pause = delay(PORTION_MS);
      const sent = await Promise.all(due.map((batch) => this.#send(batch)));
      if (sent.includes(false)) return; // the next look tries again
      await pause;
    }
  }

  async #send(batch: OpenBatch): Promise<boolean> {
    const { jobs, ledger, reach, logger, clock, deadlineMs } = this.#deps;
    let json: string;
    try {
      json = batch.stored.read();
    } catch (error) {
      batch.dueAt = this.nextAt(LONGEST_WAIT);
      logger.error({ err: error, batchId: batch.id }, 'journal: a batch can not be read');
      return true;
    }
    batch.dueAt = Infinity;
    try {
      const settled = ledger.settle(parseBatch(json)?.events ?? []);
      await withDeadline(jobs.add(batch.id, json, batch.at), deadlineMs);
      if (batch.sendings > 0) this.resentCount += 1;
      batch.sendings += 1;
      batch.dueAt = this.nextAt(batch.sendings);
      reach.answered();
      await settled;
      return true;
    } catch (error) {
      batch.dueAt = clock.now();
      reach.failed();
      logger.debug({ err: error, batchId: batch.id }, 'a batch could not be sent again');
      return false;
    }
  }
}
