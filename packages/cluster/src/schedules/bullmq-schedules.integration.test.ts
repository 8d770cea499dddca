import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type ScheduledJob } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openBullmqSchedulesHarness } from './bullmq-schedules-harness.contract.ts';
import { createBullmqSchedules } from './bullmq-schedules.ts';
import { describeSchedules } from './schedules.contract.ts';

describeSchedules('Redis', () => openBullmqSchedulesHarness());

describe('Schedules (Redis, several masters)', () => {
  let test: TestRedis;
  let started: { stop(): Promise<void> }[];
  beforeEach(async () => {
    test = await openTestRedis();
    started = [];
  });
  afterEach(async () => {
    for (const { stop } of started) await stop();
    await test.close();
  });

  async function startMaster(jobs: readonly ScheduledJob[]): Promise<{ stop(): Promise<void> }> {
    const schedules = createBullmqSchedules({
      redis: await test.connect('consumer'),
      keys: test.keys,
      stallIntervalMs: 5000,
      checkMs: 50,
      logger: silentLogger,
    });
    const master = await schedules.start(jobs);
    started.push(master);
    return master;
  }

  function createJob(name: string, intervalMs: number) {
    const runs: number[] = [];
    const job: ScheduledJob = {
      name,
      intervalMs,
      run() {
        runs.push(Date.now());
        return Promise.resolve();
      },
    };
    return { job, runs };
  }

  it('runs a job once in its interval, however many masters there are', async () => {
    const { job, runs } = createJob('shared', 200);
    const startedAt = Date.now();
    for (let n = 0; n < 3; n += 1) await startMaster([job]);

    await waitUntil(() => runs.length >= 6);

    expect(runs.length).toBeLessThanOrEqual((Date.now() - startedAt) / 200 + 1);
  });

  it('keeps the beat when another master starts', async () => {
    const { job, runs } = createJob('beat', 300);
    const first = await startMaster([job]);
    const begun = Date.now();
    await waitUntil(() => Date.now() > begun + 150);
    await startMaster([job]);
    await first.stop();
    await waitUntil(() => runs.length >= 1);
    expect(runs[0]! - begun).toBeLessThan(420);
  });

  it('takes over a changed interval, and forgets jobs that are gone', async () => {
    const gone = createJob('gone', 100);
    const slow = createJob('changed', 3_600_000);
    const before = await startMaster([gone.job, slow.job]);
    await waitUntil(() => gone.runs.length >= 1);
    await before.stop();

    const quick = createJob('changed', 100);
    await startMaster([quick.job]);
    const runsBefore = gone.runs.length;
    await waitUntil(() => quick.runs.length >= 3);

    expect(gone.runs).toHaveLength(runsBefore);
    const left = await test.redis.zrange(`${test.keys.queuePrefix}:schedules:repeat`, '0', '-1');
    expect(left).toEqual(['changed']);
  });

  it('goes on after Redis lost everything', async () => {
    const { job, runs } = createJob('lost', 100);
    await startMaster([job]);
    await waitUntil(() => runs.length >= 1);

    const names = await test.redis.keys(`*${test.prefix}*`);
    if (names.length > 0) await test.redis.del(...names);
    const before = runs.length;

    await waitUntil(() => runs.length >= before + 2);
  });

  it('lets a run whose master stands still block its job for the life of its lock only', async () => {
    const { job, runs } = createJob('blocked', 100);
    const lock = `${test.keys.queuePrefix}:running:blocked`;
    await test.redis.set(lock, 'a master that stands still', 'PX', 800);
    const other = createJob('free', 100);
    await startMaster([job, other.job]);

    await waitUntil(() => other.runs.length >= 3);
    expect(runs).toHaveLength(0);
    await waitUntil(() => runs.length >= 2);
  });
});
