import { randomUUID } from 'node:crypto';
import {
  parseNotificationBody,
  toNotificationBody,
  type Logger,
  type NotificationQueue,
} from '@turnpike/core';
import { DelayedError, Queue, Worker } from 'bullmq';
import { closeWorker } from '../redis/close-worker.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { defaultRetryPlan, pauseAfter, type RetryPlan } from './retry-plan.ts';

export interface BullmqNotificationQueueDeps {
  /** Fails fast: requests wait for it. Stays open. */
  producer: RedisClient;
  /** For `work`: waits for Redis as long as it takes. Stays open. */
  consumer: RedisClient;
  keys: Keys;
  logger: Logger;
  /** `QUEUE_STALL_INTERVAL`: a delivery whose master died is taken over after this. Milliseconds. */
  stallIntervalMs: number;
  retryPlan?: RetryPlan;
}

const QUEUE = 'notifications';
const CONCURRENCY = 4;

/** Deliveries in a queue of Redis, made by whichever master is free. */
export function openBullmqNotificationQueue(deps: BullmqNotificationQueueDeps): NotificationQueue {
  const { producer, consumer, keys, logger, stallIntervalMs } = deps;
  const plan = deps.retryPlan ?? defaultRetryPlan;
  const queue = new Queue(QUEUE, {
    connection: producer,
    prefix: keys.queuePrefix,
    streams: { events: { maxLen: 100 } },
    // Asked once, at the first connect; left unanswered there, the question would break the queue for good.
    skipVersionCheck: true,
  });
  queue.on('error', (error) => {
    logger.debug({ err: error }, 'notifications: connection');
  });

  return {
    async add(notifications) {
      if (notifications.length === 0) return;
      await queue.addBulk(
        notifications.map((notification) => ({
          name: notification.kind,
          data: toNotificationBody(notification),
          opts: {
            jobId: randomUUID(),
            attempts: plan.attempts,
            backoff: { type: 'custom' },
            removeOnComplete: true,
            removeOnFail: true,
          },
        })),
      );
    },

    async work(deliver, giveUp) {
      const worker = new Worker<unknown>(
        QUEUE,
        async (job, lock) => {
          const { id = '', attemptsMade } = job;
          const notification = parseNotificationBody(job.data);
          const queued = { id, notification, attempt: attemptsMade + 1 };
          try {
            await deliver(queued);
          } catch (error) {
            if (queued.attempt >= plan.attempts)
              await giveUp(queued, error).catch(async (failure: unknown) => {
                logger.warn({ err: failure, notification: id }, 'notification not given up yet');
                // It stays in the queue until somebody has it, and is tried once more meanwhile.
                await job.moveToDelayed(Date.now() + plan.maxPauseMs, lock);
                throw new DelayedError();
              });
            throw error;
          }
        },
        {
          connection: consumer,
          prefix: keys.queuePrefix,
          concurrency: CONCURRENCY,
          lockDuration: stallIntervalMs,
          stalledInterval: stallIntervalMs,
          settings: { backoffStrategy: (attempt) => pauseAfter(attempt, plan) },
        },
      );
      worker.on('error', (error) => {
        logger.warn({ err: error }, 'notifications: worker');
      });
      worker.on('failed', (job, error) => {
        const attempts = job?.attemptsMade ?? 0;
        const fields = { notification: job?.id, attempts, isLast: attempts >= plan.attempts };
        logger.warn({ err: error, ...fields }, 'notification not delivered');
      });
      await worker.waitUntilReady();
      return { stop: () => closeWorker(worker) };
    },

    close: () => queue.close(),
  };
}
