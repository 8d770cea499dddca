import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Chore, type Chores } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openBullmqChores } from './bullmq-chores.ts';
import { describeChores, failure, hydrate, makeFailed } from './chores.contract.ts';

describeChores('Redis', async () => {
  const test = await openTestRedis();
  const chores = openBullmqChores({
    producer: await test.connect('producer'),
    consumer: await test.connect('consumer'),
    keys: test.keys,
    clock: systemClock,
    logger: silentLogger,
    stallIntervalMs: 5000,
  });
  return {
    chores,
    async untilWaiting(count) {
      const jobs = `${test.keys.queuePrefix}:chores:[0-9]*`;
      await waitUntil(async () => (await test.redis.keys(jobs)).length === count);
    },
    async close() {
      await chores.close();
      await test.close();
    },
  };
});

describe('chores in Redis', () => {
  let test: TestRedis;
  let opened: { close(): Promise<void> }[];
  let dropped: Record<string, number>;
  beforeEach(async () => {
    test = await openTestRedis();
    opened = [];
    dropped = {};
  });
  afterEach(async () => {
    for (const part of opened.reverse()) await part.close();
    await test.close();
  });

  async function open(): Promise<Chores> {
    const chores = openBullmqChores({
      producer: await test.connect('producer'),
      consumer: await test.connect('consumer'),
      keys: test.keys,
      clock: systemClock,
      logger: silentLogger,
      stallIntervalMs: 5000,
      countDropped: (kind, count) => (dropped[kind] = (dropped[kind] ?? 0) + count),
    });
    opened.push(chores);
    return chores;
  }

  async function work(chores: Chores, handle: (chore: Chore) => Promise<void>): Promise<void> {
    const { stop } = await chores.work(handle);
    opened.push({ close: stop });
  }

  const jobIds = () => test.redis.keys(`${test.keys.queuePrefix}:chores:[0-9]*`);

  it('brings what relays ask to a master, as it was asked', async () => {
    const relay = await open();
    const done: Chore[] = [];
    await work(await open(), (chore) => Promise.resolve(void done.push(chore)));
    const asked = [hydrate, failure, makeFailed('a')];

    for (const chore of asked) relay.ask(chore);

    await waitUntil(() => done.length === 3);
    for (const chore of asked) expect(done).toContainEqual(chore);
    await waitUntil(async () => (await jobIds()).length === 0);
  });

  it('does once what several relays ask within a second', async () => {
    const relays = [await open(), await open(), await open()];
    for (const relay of relays) relay.ask(hydrate);
    for (const relay of relays) await relay.close();
    expect(await jobIds()).toHaveLength(1);
  });

  it('drops and counts log rows when ten thousand wait, and still asks for accounts', async () => {
    const relay = await open();
    const waiting = Array.from({ length: 10_000 }, (_, n) => [n, `job${n}`]).flat();
    await test.redis.zadd(`${test.keys.queuePrefix}:chores:prioritized`, ...waiting);

    relay.ask(makeFailed('a'));
    relay.ask(hydrate);

    await waitUntil(() => dropped['failed-requests'] === 1);
    await waitUntil(async () => (await jobIds()).length === 1);
    expect(dropped['hydrate']).toBeUndefined();
  });

  it('neither throws nor waits without Redis, and counts what is lost', async () => {
    const producer = await test.connect('producer');
    const chores = openBullmqChores({
      producer,
      consumer: producer,
      keys: test.keys,
      clock: systemClock,
      logger: silentLogger,
      stallIntervalMs: 5000,
      countDropped: (kind, count) => (dropped[kind] = (dropped[kind] ?? 0) + count),
    });
    chores.ask(failure);
    await waitUntil(async () => (await jobIds()).length === 1);
    producer.disconnect();

    chores.ask(hydrate);

    await waitUntil(() => dropped['hydrate'] === 1);
  });
});
