import type { Clock, Logger, UsageConsumer } from '@turnpike/core';
import { DelayedError, WaitingError, type Job } from 'bullmq';
import { closeWorker } from '../redis/close-worker.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { acknowledgeBatches } from './acknowledge-batches.ts';
import { ApplyGroup } from './apply-group.ts';
import { LocalPause } from './local-pause.ts';
import { readUsageBatch, type ParsedBatch } from './usage-batch-schema.ts';
import { USAGE_QUEUE } from './usage-jobs.ts';
import { UnreadableData, UsageWorker } from './usage-worker.ts';

export interface UsageQueueSettings {
  /** `QUEUE_STALL_INTERVAL`: how often it is looked for jobs whose master died. Milliseconds. */
  stallIntervalMs: number;
  /** How long a batch of a newer version waits before it is looked at again, on average. Milliseconds. */
  newerBatchDelayMs?: number;
}

export interface ConsumeUsageDeps {
  /** A consumer's connection. Stays open. */
  redis: RedisClient;
  keys: Keys;
  consumer: UsageConsumer;
  settings: UsageQueueSettings;
  clock: Clock;
  logger: Logger;
}

/** Jobs under way at once: as many batches share one transaction at most. */
const CONCURRENCY = 64;
const MAX_EVENTS = 2000;
/** Nobody waits for it: what a client may spend is in the reservations meanwhile. */
const LINGER_MS = 25;
/** On average. */
const NEWER_BATCH_DELAY_MS = 2000;
/** How long `stop` waits for what is under way. Milliseconds; what takes longer is given back by its lock's end. */
const STOP_MS = 15_000;

/** Starts to apply what the queue holds, as soon as Redis is there. */
export function consumeUsage(deps: ConsumeUsageDeps): { stop(): Promise<void> } {
  const { redis, keys, settings, logger } = deps;
  const handler = new UsageJobHandler(deps, () => worker);
  const worker: UsageWorker = new UsageWorker(
    USAGE_QUEUE,
    (job, lock) => handler.handle(job, lock ?? ''),
    {
      connection: redis,
      prefix: keys.queuePrefix,
      concurrency: CONCURRENCY,
      // A lock is renewed twice in its life, so a master that is merely busy keeps its jobs.
      lockDuration: settings.stallIntervalMs,
      stalledInterval: settings.stallIntervalMs,
      // A job that killed a hundred masters is still somebody's money.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
      removeOnComplete: { count: 0 },
    },
  );
  worker.on('error', (error) => logger.warn({ err: error }, 'usage queue: worker'));
  worker.on('stalled', (jobId) => logger.warn({ batchId: jobId }, 'took over a usage batch'));
  return {
    async stop() {
      handler.stop();
      await closeWorker(worker, STOP_MS);
    },
  };
}

/** What happens to one job. Whatever goes wrong, it is never failed: it is applied, parked, or given back. */
class UsageJobHandler {
  readonly #deps: ConsumeUsageDeps;
  readonly #group: ApplyGroup;
  readonly #pause: LocalPause;
  readonly #newerVersions = new Set<number>();

  constructor(deps: ConsumeUsageDeps, worker: () => UsageWorker) {
    this.#deps = deps;
    this.#group = new ApplyGroup({
      async apply(batches) {
        await deps.consumer.apply(batches);
        // Only now, and before the jobs are gone: their nodes may forget them.
        await acknowledgeBatches(deps, batches);
      },
      maxBatches: CONCURRENCY,
      maxEvents: MAX_EVENTS,
      lingerMs: LINGER_MS,
    });
    this.#pause = new LocalPause({
      pause: (doNotWaitActive) => worker().pause(doNotWaitActive),
      resume: () => worker().resume(),
    });
  }

  stop(): void {
    this.#pause.stop();
  }

  async handle(job: Job<unknown, void>, lock: string): Promise<void> {
    const parsed = parse(job);
    if (parsed.kind === 'newer') return this.#postpone(job, lock, parsed.version);
    try {
      if (parsed.kind === 'no-batch') await this.#park(job, parsed);
      else await this.#apply(job, parsed);
      this.#pause.succeeded();
    } catch (error) {
      await this.#giveBack(job, lock, error);
    }
  }

  async #apply(job: Job, { batch, bad }: ParsedBatch & { kind: 'batch' }): Promise<void> {
    for (const { index, data, reason } of bad) {
      this.#deps.logger.error({ batchId: batch.id, reason }, 'a usage event can not be read');
      await this.#deps.consumer.park({ id: `${job.id ?? batch.id}/${index}`, data, reason });
    }
    if (batch.events.length > 0) await this.#group.add(batch);
    else await acknowledgeBatches(this.#deps, [batch]);
  }

  async #park(job: Job, { reason, sender }: ParsedBatch & { kind: 'no-batch' }): Promise<void> {
    const data = job.data instanceof UnreadableData ? job.data.text : JSON.stringify(job.data);
    this.#deps.logger.error({ jobId: job.id, reason }, 'a job of the usage queue is no batch');
    await this.#deps.consumer.park({ id: job.id ?? '', data, reason });
    if (sender !== undefined) await acknowledgeBatches(this.#deps, [sender]);
  }

  /** For a node that knows this version. @throws DelayedError, which tells BullMQ that the job has left */
  async #postpone(job: Job, lock: string, version: number): Promise<never> {
    const { logger, settings, clock } = this.#deps;
    if (!this.#newerVersions.has(version)) {
      this.#newerVersions.add(version);
      logger.warn({ version }, 'usage batches of a newer version wait for a node that knows it');
    }
    // Not always after the same time, and so not always to the same master: one of the others may know it.
    const waitMs = (settings.newerBatchDelayMs ?? NEWER_BATCH_DELAY_MS) * (0.5 + Math.random());
    await this.#move(() => job.moveToDelayed(clock.now() + Math.round(waitMs), lock));
    throw new DelayedError();
  }

  /** @throws WaitingError, which tells BullMQ that the job has left */
  async #giveBack(job: Job, lock: string, error: unknown): Promise<never> {
    const pauseMs = this.#pause.failed();
    if (pauseMs > 0) {
      this.#deps.logger.warn({ err: error, pauseMs }, 'usage could not be applied, it comes again');
    }
    await this.#move(() => job.moveToWait(lock));
    throw new WaitingError();
  }

  async #move(move: () => Promise<unknown>): Promise<void> {
    try {
      await move();
    } catch (error) {
      // The lock is lost, or the job is gone with its Redis: another worker has it, or its relay sends it again.
      this.#deps.logger.debug({ err: error }, 'a usage job was no longer ours');
    }
  }
}

function parse(job: Job<unknown, void>): ParsedBatch {
  if (job.data instanceof UnreadableData) return { kind: 'no-batch', reason: 'not JSON' };
  return readUsageBatch(job.data);
}
