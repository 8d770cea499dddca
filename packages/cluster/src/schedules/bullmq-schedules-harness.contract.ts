import { silentLogger } from '@turnpike/core';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { createBullmqSchedules } from './bullmq-schedules.ts';
import type { SchedulesHarness } from './schedules.contract.ts';

/** @param address of the Redis; the tests' shared one where left out */
export async function openBullmqSchedulesHarness(address?: string): Promise<SchedulesHarness> {
  const test = await openTestRedis(address);
  return {
    schedules: createBullmqSchedules({
      redis: await test.connect('consumer'),
      keys: test.keys,
      stallIntervalMs: 5000,
      logger: silentLogger,
    }),
    close: () => test.close(),
  };
}
