import type { Chore, Logger } from '@turnpike/core';
import { Worker } from 'bullmq';
import { closeWorker } from '../redis/close-worker.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { CHORES_AT_ONCE } from './chore-pace.ts';
import { CHORES_QUEUE } from './chores-queue.ts';
import { parseChoreData } from './chore-job.ts';

/** Starts to do chores, those of higher priority first. `stop` waits for what is under way. */
export async function workOnChores({
  consumer,
  keys,
  logger,
  stallIntervalMs,
  handle,
}: {
  consumer: RedisClient;
  keys: Keys;
  logger: Logger;
  stallIntervalMs: number;
  handle: (chore: Chore) => Promise<void>;
}): Promise<{ stop(): Promise<void> }> {
  const worker = new Worker<unknown>(
    CHORES_QUEUE,
    async (job) => {
      await handle(parseChoreData(job.data));
    },
    {
      connection: consumer,
      prefix: keys.queuePrefix,
      concurrency: CHORES_AT_ONCE,
      lockDuration: stallIntervalMs,
      stalledInterval: stallIntervalMs,
    },
  );
  worker.on('error', (error) => {
    logger.warn({ err: error }, 'chores: worker');
  });
  worker.on('failed', (job, error) => {
    const { name, attemptsMade } = job ?? {};
    logger.warn({ err: error, chore: name, attempts: attemptsMade }, 'chore failed');
  });
  await worker.waitUntilReady();
  return { stop: () => closeWorker(worker) };
}
