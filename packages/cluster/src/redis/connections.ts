import type { Logger } from '@turnpike/core';
import { checkRedis } from './check-redis.ts';
import { connectConsumer, connectProducer, type RedisClient } from './connect.ts';
import type { RedisSettings } from './redis-settings.ts';

/** The connections of one process. What serves, what consumes, and what listens never share one. */
export interface RedisConnections {
  producer: RedisClient;
  consumer: RedisClient;
  subscriber: RedisClient;
  close(): void;
}

/** How long Redis may take to become reachable at the start. */
const REACHABLE_WITHIN_MS = 10_000;

/**
 * Connects, and looks whether Redis is fit. What is not quite right is logged with what to change.
 *
 * @throws an error that names REDIS_CONN_STRING where the gateway must not start like this
 */
export async function openConnections(
  settings: RedisSettings,
  logger: Logger,
): Promise<RedisConnections> {
  const producer = connectProducer(settings);
  const report = (error: Error): void => {
    logger.debug({ err: error }, 'redis: connection');
  };
  producer.on('error', report);
  const { problems, warnings } = await checkRedis(producer, REACHABLE_WITHIN_MS);
  if (problems.length > 0) {
    producer.disconnect();
    throw new Error(`REDIS_CONN_STRING: ${problems.join(' ')}`);
  }
  for (const warning of warnings) logger.warn({ warning }, 'redis: not set up as it should be');
  const consumer = connectConsumer(settings);
  const subscriber = connectConsumer(settings);
  const all = [producer, consumer, subscriber];
  for (const client of [consumer, subscriber]) client.on('error', report);
  producer.on('close', () => {
    logger.warn({}, 'redis: connection lost');
  });
  return {
    producer,
    consumer,
    subscriber,
    close() {
      producer.removeAllListeners('close');
      for (const client of all) client.disconnect();
    },
  };
}
