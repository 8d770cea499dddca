import { silentLogger, type AccountBatch, type ConfigBus } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import {
  openRedisConfigBus,
  type RedisConfigBus,
  type RedisConfigBusDeps,
} from './redis-config-bus.ts';

export const noAccounts: AccountBatch = { users: [], apiTokens: [], removedApiTokens: [] };

/** A bus, and the connection that it listens on. */
export interface Node {
  bus: RedisConfigBus;
  subscriber: RedisClient;
}

export async function openNode(
  test: TestRedis,
  deps: Partial<RedisConfigBusDeps> = {},
): Promise<Node> {
  const subscriber = await test.connect('consumer');
  const bus = await openRedisConfigBus({
    redis: test.redis,
    subscriber,
    keys: test.keys,
    accounts: {
      source: { read: () => Promise.resolve(noAccounts) },
      directory: { put: () => Promise.resolve() },
    },
    logger: silentLogger,
    ...deps,
  });
  return { bus, subscriber };
}

/** @param address of the Redis; the tests' shared one where left out */
export async function openRedisBusHarness(
  address?: string,
): Promise<{ bus: ConfigBus; close(): Promise<void> }> {
  const test = await openTestRedis(address);
  const { bus } = await openNode(test);
  return {
    bus,
    async close() {
      await bus.close();
      await test.close();
    },
  };
}
