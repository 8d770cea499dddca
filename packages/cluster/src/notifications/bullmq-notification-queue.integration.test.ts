import { afterAll, describe, expect, it } from '@jest/globals';
import { silentLogger, type NotificationQueue } from '@turnpike/core';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openBullmqNotificationQueue } from './bullmq-notification-queue.ts';
import { describeNotificationQueue, testRetryPlan } from './notification-queue.contract.ts';

async function openQueue(test: TestRedis): Promise<NotificationQueue> {
  return openBullmqNotificationQueue({
    producer: await test.connect('producer'),
    consumer: await test.connect('consumer'),
    keys: test.keys,
    logger: silentLogger,
    stallIntervalMs: 5_000,
    retryPlan: testRetryPlan,
  });
}

describeNotificationQueue('Redis', async () => {
  const test = await openTestRedis();
  const opened: NotificationQueue[] = [];
  return {
    async open() {
      const queue = await openQueue(test);
      opened.push(queue);
      return queue;
    },
    countWaiting: async () =>
      (await test.redis.keys(`${test.keys.queuePrefix}:notifications:*-*-*-*-*`)).filter(
        (key) => !key.includes(':lock'),
      ).length,
    async close() {
      for (const queue of opened) await queue.close();
      await test.close();
    },
  };
});

describe('a queue in Redis', () => {
  let test: TestRedis;
  afterAll(() => test.close());

  it('says at once that nothing can be stored when Redis is away', async () => {
    test = await openTestRedis();
    const producer = await test.connect('producer');
    const queue = openBullmqNotificationQueue({
      ...{ producer, consumer: producer, keys: test.keys, logger: silentLogger },
      stallIntervalMs: 5_000,
    });
    await queue.add([]);
    producer.disconnect();

    const mail = { kind: 'reset-mail', email: 'a@example.com', language: 'en' } as const;
    await expect(queue.add([mail])).rejects.toThrow();
  });
});
