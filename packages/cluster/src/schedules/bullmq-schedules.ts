import type { Logger, ScheduledJob, Schedules } from '@turnpike/core';
import { Queue, Worker } from 'bullmq';
import { openRedisScript } from '../redis/redis-script.ts';
import { closeWorker } from '../redis/close-worker.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { keepSchedulers, removeOtherSchedulers } from './job-schedulers.ts';
import { runAlone } from './run-alone.ts';

const QUEUE = 'schedules';
/** A run that a stopped process was about to take is found again after this. Seconds. */
const DRAIN_DELAY_SECONDS = 1;

export interface BullmqSchedulesDeps {
  /** A consumer's connection: it waits for Redis as long as it takes. The caller closes it. */
  redis: RedisClient;
  keys: Keys;
  /** `QUEUE_STALL_INTERVAL`: a run whose master died, or stands still, blocks its job this long. Milliseconds. */
  stallIntervalMs: number;
  /** How often it is checked that the schedules are still in Redis. Default 5 000. */
  checkMs?: number;
  logger: Logger;
}

/**
 * Periodic work of a cluster: each job once in its interval, by whichever master is free. Schedules are in Redis; a
 * Redis that lost them gets them again.
 */
export function createBullmqSchedules(deps: BullmqSchedulesDeps): Schedules {
  const { redis, keys, stallIntervalMs, logger } = deps;
  const place = { connection: redis, prefix: keys.queuePrefix };
  const report = (error: Error): void => {
    logger.warn({ err: error }, 'schedules: connection');
  };

  return {
    async start(jobs) {
      const queue = new Queue(QUEUE, { ...place, streams: { events: { maxLen: 100 } } });
      queue.on('error', report);
      await removeOtherSchedulers(queue, jobs);
      await keepSchedulers(queue, jobs);
      const worker = new Worker(QUEUE, createProcessor(deps, jobs), {
        ...place,
        concurrency: Math.max(1, jobs.length),
        lockDuration: stallIntervalMs,
        stalledInterval: stallIntervalMs,
        maxStalledCount: Number.MAX_SAFE_INTEGER,
        drainDelay: DRAIN_DELAY_SECONDS,
      });
      worker.on('error', report);
      const timer = setInterval(() => {
        keepSchedulers(queue, jobs).catch(report);
      }, deps.checkMs ?? 5000);
      await worker.waitUntilReady();
      return {
        async stop() {
          clearInterval(timer);
          await closeWorker(worker);
          await queue.close();
        },
      };
    },
  };
}

/** Runs a job by its name. A name of another version's is left to it: its next run may come there. */
function createProcessor(
  { redis, keys, stallIntervalMs, logger }: BullmqSchedulesDeps,
  jobs: readonly ScheduledJob[],
): (job: { name: string }) => Promise<void> {
  const script = openRedisScript(redis, 'run-alone');
  const byName = new Map(jobs.map((job) => [job.name, job]));
  return async ({ name }) => {
    const job = byName.get(name);
    if (job === undefined) return;
    try {
      const lockKey = `${keys.queuePrefix}:running:${name}`;
      await runAlone({ script, lockLifeMs: stallIntervalMs }, lockKey, () => job.run());
    } catch (error) {
      logger.error({ err: error, job: name }, 'scheduled job failed');
    }
  };
}
