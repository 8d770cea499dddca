import { Queue } from 'bullmq';
import type { Logger } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** The queue of usage batches. */
export const USAGE_QUEUE = 'usage';

/**
 * No job may fail for good: should an attempt ever be counted, there are always more. A job that is done leaves nothing
 * behind; the database knows what was applied.
 */
const jobOptions = { attempts: 1_000_000_000, removeOnComplete: true };
/** BullMQ writes each change of a job to a stream that nobody reads here. Entries kept. */
const EVENTS_KEPT = 100;

export interface UsageJobs {
  /**
   * Adds one job, whose data is the batch's JSON and whose id is the batch's. The same id twice is one job as long as it
   * waits.
   *
   * @param at when its oldest event happened, Unix milliseconds
   * @throws when Redis refuses or does not answer; a job that timed out may still come to be
   */
  add(id: string, json: string, at: number): Promise<void>;
  /** The BullMQ queue, for counts. */
  readonly queue: Queue;
  close(): Promise<void>;
}

/**
 * Opens the queue for adding, on a connection that fails fast. The batch is JSON already, for the journal, and BullMQ's
 * own `Queue.add` would stringify it a second time; so the backend below it is called, which takes JSON as it is.
 */
export function openUsageJobs(deps: { redis: RedisClient; keys: Keys; logger: Logger }): UsageJobs {
  const queue = new Queue(USAGE_QUEUE, {
    connection: deps.redis,
    prefix: deps.keys.queuePrefix,
    streams: { events: { maxLen: EVENTS_KEPT } },
    // Asked once at the first connect; an unanswered question there would break the queue for good.
    skipVersionCheck: true,
  });
  queue.on('error', (error) => deps.logger.debug({ err: error }, 'usage queue: connection'));
  const backend = queue.getBackend();
  return {
    queue,
    async add(id, json, at) {
      await backend.addJob({ ...emptyJob, id, data: json, timestamp: at }, id);
    },
    close: () => queue.close(),
  };
}

/** What BullMQ stores of a job that was never tried. */
const emptyJob = {
  name: 'batch',
  opts: jobOptions,
  progress: 0,
  attemptsMade: 0,
  attemptsStarted: 0,
  stalledCounter: 0,
  failedReason: '',
  returnvalue: '',
};
