import { createHash } from 'node:crypto';
import type { Chore, Chores, Clock, Logger } from '@turnpike/core';
import { Queue } from 'bullmq';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { ChoreBox } from './chore-box.ts';
import { chorePriorities, toChoreData } from './chore-job.ts';
import { CHORE_ATTEMPTS, FIRST_PAUSE_MS, GATHER_MS } from './chore-pace.ts';
import { CHORES_QUEUE } from './chores-queue.ts';
import { workOnChores } from './work-on-chores.ts';

const REPEAT_MS = 1000;
const MAX_WAITING = 10_000;

export interface BullmqChoresDeps {
  /** Fails fast. Stays open. */
  producer: RedisClient;
  /** For `work`: waits for Redis as long as it takes. Stays open. */
  consumer: RedisClient;
  keys: Keys;
  clock: Clock;
  logger: Logger;
  /** `QUEUE_STALL_INTERVAL`: a chore whose master died is taken over after this. Milliseconds. */
  stallIntervalMs: number;
  /** Chores that nobody will do: too many wait, or Redis does not take them. */
  countDropped?: (kind: Chore['kind'], count: number) => void;
}

/** Chores by way of a queue in Redis. */
export function openBullmqChores(deps: BullmqChoresDeps): Chores {
  const { producer, keys, clock, logger } = deps;
  const queue = new Queue(CHORES_QUEUE, {
    connection: producer,
    prefix: keys.queuePrefix,
    streams: { events: { maxLen: 100 } },
    // Asked once, at the first connect; left unanswered there, the question would break the queue for good.
    skipVersionCheck: true,
  });
  queue.on('error', (error) => {
    logger.debug({ err: error }, 'chores: connection');
  });
  const box = new ChoreBox({ clock });
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> = Promise.resolve();
  let isClosed = false;

  const drop = (chores: readonly Chore[], error?: unknown): void => {
    for (const { kind } of chores) deps.countDropped?.(kind, 1);
    logger.debug({ err: error, chores: chores.length }, 'chores dropped');
  };

  async function send(): Promise<void> {
    timer = undefined;
    const chores = box.take();
    try {
      const { wait = 0, prioritized = 0 } = await queue.getJobCounts('wait', 'prioritized');
      const hasRoom = ({ kind }: Chore): boolean =>
        (chorePriorities[kind] === 0 ? wait : prioritized) < MAX_WAITING;
      const tooMany = chores.filter((chore) => !hasRoom(chore));
      if (tooMany.length > 0) drop(tooMany);
      const jobs = chores.filter(hasRoom).map(toJob);
      if (jobs.length > 0) await queue.addBulk(jobs);
    } catch (error) {
      drop(chores, error); // what matters is asked again
    }
  }

  function sendSoon(): void {
    timer ??= setTimeout(() => {
      sending = sending.then(send);
    }, GATHER_MS);
  }

  return {
    ask(chore) {
      if (isClosed) return;
      if (box.add(chore)) sendSoon();
      else drop([chore]);
    },
    work: (handle) => workOnChores({ ...deps, handle }),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      sending = sending.then(send);
      await sending;
      await queue.close();
    },
  };
}

function toJob(chore: Chore) {
  const data = toChoreData(chore);
  // Other relays ask for the same.
  const id = createHash('sha1').update(JSON.stringify(data)).digest('hex');
  const priority = chorePriorities[chore.kind];
  return {
    name: chore.kind,
    data,
    opts: {
      ...(priority > 0 && { priority }),
      deduplication: { id, ttl: REPEAT_MS },
      attempts: CHORE_ATTEMPTS,
      backoff: { type: 'exponential', delay: FIRST_PAUSE_MS },
      removeOnComplete: true,
      removeOnFail: true,
    },
  };
}
