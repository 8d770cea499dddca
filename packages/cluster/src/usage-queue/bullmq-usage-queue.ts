import type { Clock, Logger, UsageQueue } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { consumeUsage, type UsageQueueSettings } from './consume-usage.ts';
import { countUsage } from './usage-counts.ts';
import { openUsageJobs } from './usage-jobs.ts';

export interface BullmqUsageQueueDeps {
  /** A producer's connection, for `add` and `counts`. Stays open. */
  producer: RedisClient;
  /** A consumer's connection, for `consume`: it waits for Redis as long as it takes. Stays open. */
  consumer: RedisClient;
  keys: Keys;
  settings: UsageQueueSettings;
  clock: Clock;
  logger: Logger;
}

/** The queue between relays and the database, in Redis. */
export function openUsageQueue(
  deps: BullmqUsageQueueDeps,
): UsageQueue & { close(): Promise<void> } {
  const { producer, keys, clock, logger } = deps;
  const jobs = openUsageJobs({ redis: producer, keys, logger });
  return {
    add: (batch) => jobs.add(batch.id, JSON.stringify(batch), batch.events[0]?.at ?? clock.now()),
    consume: (consumer) =>
      Promise.resolve(consumeUsage({ ...deps, redis: deps.consumer, consumer })),
    counts: () => countUsage({ redis: producer, queue: jobs.queue, clock }),
    close: () => jobs.close(),
  };
}
