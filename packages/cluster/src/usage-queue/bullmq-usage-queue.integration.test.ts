import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  silentLogger,
  systemClock,
  type Logger,
  type UsageBatch,
  type UsageConsumer,
  type UsageQueue,
} from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { connectConsumer, connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import { startTypescript } from '../testing/start-typescript.ts';
import { openUsageQueue } from './bullmq-usage-queue.ts';

const STALL_MS = 600;
const address = process.env['TEST_REDIS_URL'] ?? '';
let prefix: string;
let keys: Keys;
let redis: RedisClient;
let closers: (() => Promise<unknown>)[];
let warnings: string[];

beforeEach(() => {
  if (address === '') throw new Error('TEST_REDIS_URL is not set');
  prefix = `test-queue-${randomUUID().slice(0, 8)}`;
  keys = createKeys(prefix);
  redis = connectConsumer({ address, keyPrefix: '', commandTimeoutMs: 1000 });
  closers = [];
  warnings = [];
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
  const left = await redis.keys(`*${prefix}*`);
  if (left.length > 0) await redis.del(...left);
  redis.disconnect();
});

const logger: Logger = { ...silentLogger, warn: (_fields, message) => void warnings.push(message) };

function openQueue(): UsageQueue {
  const settings = { address, keyPrefix: '', commandTimeoutMs: 1000 };
  const [producer, consumer] = [connectProducer(settings), connectConsumer(settings)];
  for (const client of [producer, consumer]) client.on('error', () => undefined);
  const queue = openUsageQueue({
    producer,
    consumer,
    keys,
    settings: { stallIntervalMs: STALL_MS, newerBatchDelayMs: 200 },
    clock: systemClock,
    logger,
  });
  closers.push(async () => {
    await queue.close();
    producer.disconnect();
    consumer.disconnect();
  });
  return queue;
}

/** A consumer that notes what it is given, and refuses while told to. */
class Notes implements UsageConsumer {
  readonly groups: string[][] = [];
  readonly parked: { id: string; data: string; reason: string }[] = [];
  refusals = 0;
  attempts = 0;
  gate: Promise<void> = Promise.resolve();

  async apply(batches: readonly UsageBatch[]): Promise<void> {
    this.attempts += 1;
    await this.gate;
    if (this.refusals > 0) {
      this.refusals -= 1;
      throw new Error('the database is away');
    }
    this.groups.push(batches.map(({ id }) => id));
  }

  park(job: { id: string; data: string; reason: string }): Promise<void> {
    this.parked.push(job);
    return Promise.resolve();
  }

  get applied(): string[] {
    return this.groups.flat().sort();
  }
}

async function consume(queue: UsageQueue, notes: Notes): Promise<{ stop(): Promise<void> }> {
  const consumer = await queue.consume(notes);
  closers.push(() => consumer.stop());
  return consumer;
}

function makeBatch(fields: Partial<UsageBatch> = {}): UsageBatch {
  return { v: 1, id: randomUUID(), nodeId: 'node-1', events: [makeUsageEvent()], ...fields };
}

async function addMany(queue: UsageQueue, count: number): Promise<string[]> {
  const batches = Array.from({ length: count }, () => makeBatch());
  await waitUntil(() =>
    queue.add(batches[0]!).then(
      () => true,
      () => false,
    ),
  ); // connected
  await Promise.all(batches.map((batch) => queue.add(batch)));
  return batches.map(({ id }) => id).sort();
}

/** Adds a job past our own code. */
async function addRaw(id: string, data: string): Promise<void> {
  const key = `${keys.queuePrefix}:usage`;
  await redis.hset(`${key}:${id}`, {
    name: 'batch',
    data,
    opts: '{}',
    timestamp: Date.now(),
    delay: 0,
    priority: 0,
  });
  await redis.lpush(`${key}:wait`, id);
  await redis.zadd(`${key}:marker`, 0, '0');
}

/** How often a job was begun. */
const startsOf = async (id: string): Promise<number> =>
  Number(await redis.hget(`${keys.queuePrefix}:usage:${id}`, 'ats'));

const acknowledged = (nodeId = 'node-1'): Promise<string[]> =>
  redis.lrange(keys.acknowledged(nodeId), 0, -1);

describe('BullMQ usage queue', () => {
  it('applies what waits together at once, removes it and tells its node', async () => {
    const queue = openQueue();
    const ids = await addMany(queue, 200);
    const notes = new Notes();
    await consume(queue, notes);

    await waitUntil(() => notes.applied.length === ids.length);
    expect(notes.applied).toEqual(ids);
    expect(notes.groups.length).toBeLessThan(50);
    await waitUntil(async () => (await acknowledged()).length === ids.length);
    expect(await redis.ttl(keys.acknowledged('node-1'))).toBeGreaterThan(80_000);
    await waitUntil(async () => (await queue.counts()).active === 0);
    expect(await queue.counts()).toEqual({ waiting: 0, active: 0, delayed: 0, oldestMs: 0 });
    expect(await redis.exists(`${keys.queuePrefix}:usage:${ids[0]!}`)).toBe(0);
  });

  it('keeps the same batch once as long as it waits', async () => {
    const queue = openQueue();
    await addMany(queue, 1);
    const batch = makeBatch();
    await queue.add(batch);
    await queue.add(batch);
    expect(await queue.counts()).toMatchObject({ waiting: 2 });
  });

  it('says how old the oldest event is that waits', async () => {
    const queue = openQueue();
    await addMany(queue, 1);
    const oldMs = 5000;
    await queue.add(makeBatch({ events: [makeUsageEvent({ at: Date.now() - oldMs })] }));
    const ageOfAll = Date.now() - makeUsageEvent().at;
    expect((await queue.counts()).oldestMs).toBeGreaterThan(Math.min(ageOfAll, oldMs) - 1);
  });

  it('lets batches come again when they could not be applied, however often', async () => {
    const queue = openQueue();
    const ids = await addMany(queue, 30);
    const notes = new Notes();
    notes.refusals = 4;
    await consume(queue, notes);
    await waitUntil(() => notes.applied.length === ids.length, { timeoutMs: 10_000 });
    expect(notes.applied).toEqual(ids);
    // 100 + 200 + 400 + 800 ms, not a busy loop.
    expect(notes.attempts).toBeLessThan(12);
    expect(await redis.zcard(`${keys.queuePrefix}:usage:failed`)).toBe(0);
  });

  it('leaves batches to another master while this one can not apply them', async () => {
    const [first, second] = [openQueue(), openQueue()];
    const [broken, whole] = [new Notes(), new Notes()];
    broken.refusals = 1000;
    await consume(first, broken);
    const ids = await addMany(first, 10);
    await waitUntil(() => broken.attempts > 1);
    await consume(second, whole);
    await waitUntil(() => whole.applied.length === ids.length, { timeoutMs: 10_000 });
  });

  it('takes over the batches of a master that was killed, five times, and parks nothing', async () => {
    const queue = openQueue();
    const ids = await addMany(queue, 5);
    for (let round = 0; round < 5; round += 1) {
      const master = startTypescript('stuck-master.ts', [address, prefix, String(STALL_MS)]);
      closers.push(() => master.kill());
      await waitUntil(async () => (await startsOf(ids[0]!)) > round, { timeoutMs: 10_000 });
      await master.kill();
    }
    const notes = new Notes();
    await consume(queue, notes);
    await waitUntil(() => notes.applied.length === ids.length, { timeoutMs: 10 * STALL_MS });
    expect(notes.applied).toEqual(ids);
    expect(notes.parked).toEqual([]);
  }, 40_000);

  it('parks what is no batch, with the reason, and goes on', async () => {
    const queue = openQueue();
    const ids = await addMany(queue, 3);
    await addRaw('cut-off', '{"v":1,"id":"cut-off","events":[{"v"');
    await addRaw('text', '"hello"');
    await addRaw('empty', '{"v":1,"id":"empty","nodeId":"node-2","events":[]}');
    const notes = new Notes();
    await consume(queue, notes);
    await waitUntil(() => notes.parked.length === 3 && notes.applied.length === ids.length);
    expect(notes.parked.map(({ id }) => id).sort()).toEqual(['cut-off', 'empty', 'text']);
    expect(notes.parked.find(({ id }) => id === 'cut-off')).toMatchObject({
      data: '{"v":1,"id":"cut-off","events":[{"v"',
      reason: 'not JSON',
    });
    // Its sender need not send it again.
    await waitUntil(async () => (await acknowledged('node-2')).includes('empty'));
    await waitUntil(async () => (await queue.counts()).active === 0);
  });

  it('parks only the event of a batch that is none', async () => {
    const queue = openQueue();
    await addMany(queue, 1);
    const good = makeUsageEvent();
    const bad = { ...makeUsageEvent(), quota: 'much' };
    await addRaw(
      'mixed',
      JSON.stringify({ v: 1, id: 'mixed', nodeId: 'node-1', events: [good, bad] }),
    );
    const notes = new Notes();
    await consume(queue, notes);
    await waitUntil(() => notes.applied.includes('mixed'));
    expect(notes.parked).toHaveLength(1);
    expect(notes.parked[0]).toMatchObject({ id: 'mixed/1' });
    expect(notes.parked[0]!.reason).toContain('quota');
  });

  it('keeps fields that it does not know', async () => {
    const queue = openQueue();
    await addMany(queue, 1);
    const seen: UsageBatch[] = [];
    const consumer = await queue.consume({
      apply: (batches) => Promise.resolve(void seen.push(...batches)),
      park: () => Promise.resolve(),
    });
    closers.push(() => consumer.stop());
    await queue.add(makeBatch({ events: [{ ...makeUsageEvent(), invented: 7 } as never] }));
    await waitUntil(() => seen.length === 2);
    expect(seen.find(({ events }) => 'invented' in events[0]!)).toBeDefined();
  });

  it('leaves a batch of a newer version waiting, and says so once', async () => {
    const queue = openQueue();
    await addMany(queue, 1);
    await queue.add(makeBatch({ v: 2, id: 'newer' }));
    const notes = new Notes();
    await consume(queue, notes);
    await waitUntil(
      async () => (await redis.hget(`${keys.queuePrefix}:usage:newer`, 'ats')) === '3',
    );
    expect(notes.applied).not.toContain('newer');
    expect(notes.parked).toEqual([]);
    await waitUntil(async () => (await queue.counts()).delayed === 1);
    expect(warnings.filter((text) => text.includes('newer'))).toHaveLength(1);
  });

  it('finishes what is under way when it stops, and leaves the rest', async () => {
    const queue = openQueue();
    const notes = new Notes();
    let open: () => void = () => undefined;
    notes.gate = new Promise((resolve) => (open = resolve));
    const consumer = await queue.consume(notes);
    const ids = await addMany(queue, 300);
    await waitUntil(() => notes.attempts > 0);
    const stopped = consumer.stop();
    open();
    await stopped;
    const { waiting, active } = await queue.counts();
    expect(active).toBe(0);
    expect(waiting + notes.applied.length).toBe(ids.length);
  });
});
