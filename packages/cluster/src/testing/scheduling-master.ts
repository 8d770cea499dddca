import { silentLogger } from '@turnpike/core';
import { createBullmqSchedules } from '../schedules/bullmq-schedules.ts';
import { connectConsumer } from '../redis/connect.ts';
import { createKeys } from '../redis/keys.ts';

/**
 * A master of its own process for tests, which may be stopped and killed: `<address> <key prefix> <interval in ms>`.
 * Each run of its jobs `a` and `b` pushes the process id to the lists `<prefix>:runs:a` and `…:b`; `b` never ends here.
 */
const [address = '', keyPrefix = '', interval = ''] = process.argv.slice(2);
const redis = connectConsumer({ address, keyPrefix, commandTimeoutMs: 2000 });
const schedules = createBullmqSchedules({
  redis,
  keys: createKeys(keyPrefix),
  stallIntervalMs: 1000,
  logger: silentLogger,
});

async function note(job: string): Promise<void> {
  await redis.rpush(`${keyPrefix}:runs:${job}`, String(process.pid));
}

const intervalMs = Number(interval);
await schedules.start([
  { name: 'a', intervalMs, run: () => note('a') },
  {
    name: 'b',
    intervalMs,
    async run() {
      await note('b');
      await new Promise(() => undefined);
    },
  },
]);
