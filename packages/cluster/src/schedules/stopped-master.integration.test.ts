import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { createBullmqSchedules } from './bullmq-schedules.ts';

const INTERVAL_MS = 200;

describe('Schedules (Redis, a master that stands still)', () => {
  let test: TestRedis;
  let other: ChildProcess;
  let master: { stop(): Promise<void> } | undefined;
  beforeEach(async () => {
    test = await openTestRedis();
    other = startMaster(test.prefix);
    await waitUntil(async () => (await runsOf('b')).length >= 1, { timeoutMs: 15_000 });
  }, 20_000);
  afterEach(async () => {
    await end(other);
    await master?.stop();
    await test.close();
  });

  const runsOf = (job: string) => test.redis.lrange(`${test.prefix}:runs:${job}`, 0, -1);

  it.each(['SIGSTOP', 'SIGKILL'] as const)(
    'does not keep the others from running its jobs (%s)',
    async (signal) => {
      const runs = { a: 0, b: 0 };
      const schedules = createBullmqSchedules({
        redis: await test.connect('consumer'),
        keys: test.keys,
        stallIntervalMs: 1000,
        logger: silentLogger,
      });
      const count = (job: 'a' | 'b') => () => Promise.resolve(void (runs[job] += 1));
      master = await schedules.start([
        { name: 'a', intervalMs: INTERVAL_MS, run: count('a') },
        { name: 'b', intervalMs: INTERVAL_MS, run: count('b') },
      ]);

      // The other one is in the middle of `b`, which it alone may run.
      expect(runs.b).toBe(0);
      other.kill(signal);

      await waitUntil(() => runs.a >= 5 && runs.b >= 3, { timeoutMs: 15_000 });
      expect(await runsOf('b')).toHaveLength(1);
    },
    30_000,
  );
});

function startMaster(prefix: string): ChildProcess {
  const place = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      ...['--import', new URL('../testing/run-typescript.mjs', import.meta.url).href],
      ...['-C', 'source', place('../testing/scheduling-master.ts')],
      ...[process.env['TEST_REDIS_URL'] ?? '', prefix, String(INTERVAL_MS)],
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: {} },
  );
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
