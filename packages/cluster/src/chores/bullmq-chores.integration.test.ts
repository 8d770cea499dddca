import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Chore, type Chores } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openBullmqChores } from './bullmq-chores.ts';

const hydrate: Chore = { kind: 'hydrate', userIds: [1], apiTokenIds: [10] };
const failure: Chore = {
  kind: 'channel-failure',
  report: { channelId: 3, channelName: 'c', reason: 'bad key' },
};

function makeFailed(requestId: string): Chore {
  const request = {
    requestId,
    at: 1_790_000_000_000,
    userId: 1,
    username: 'alice',
    apiTokenName: 'default',
    channelId: 3,
    model: 'gpt-4o',
    code: 'no_channel_available',
    status: 503,
    message: 'x',
    durationMs: 5,
    isStream: false,
  };
  return { kind: 'failed-requests', requests: [request] };
}

describe('Chores (Redis)', () => {
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

  it('loads accounts first, and writes log rows last', async () => {
    const relay = await open();
    relay.ask(makeFailed('a'));
    relay.ask(failure);
    relay.ask(hydrate);
    await waitUntil(async () => (await jobIds()).length === 3);

    const order: string[] = [];
    await work(await open(), ({ kind }) => Promise.resolve(void order.push(kind)));

    await waitUntil(() => order.length === 3);
    expect(order).toEqual(['hydrate', 'channel-failure', 'failed-requests']);
  });

  it('tries again what failed', async () => {
    const relay = await open();
    let attempts = 0;
    await work(await open(), () => {
      attempts += 1;
      return attempts < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve();
    });
    relay.ask(hydrate);
    await waitUntil(() => attempts === 2);
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
