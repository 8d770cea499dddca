import { silentLogger, systemClock } from '@turnpike/core';
import { connectConsumer, connectProducer } from '../redis/connect.ts';
import { createKeys } from '../redis/keys.ts';
import { openUsageQueue } from '../usage-queue/bullmq-usage-queue.ts';

/*
 * A master that a test kills in the middle of its transaction: it takes batches and never comes to an end with them.
 * Parameters: address of Redis, key prefix, stall interval in milliseconds.
 */
const [address = '', keyPrefix = '', stallIntervalMs = ''] = process.argv.slice(2);
const settings = { address, keyPrefix, commandTimeoutMs: 1000 };
const queue = openUsageQueue({
  producer: connectProducer(settings),
  consumer: connectConsumer(settings),
  keys: createKeys(keyPrefix),
  settings: { stallIntervalMs: Number(stallIntervalMs) },
  clock: systemClock,
  logger: silentLogger,
});
await queue.consume({ apply: () => new Promise(() => undefined), park: () => Promise.resolve() });
