import { silentLogger, systemClock } from '@turnpike/core';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openRedisSharedLimits, type RedisSharedLimits } from './redis-shared-limits.ts';
import type { SharedLimitsHarness } from './shared-limits.contract.ts';

/** Exchanges when the test says so. */
export function openNode(test: TestRedis, nodeId: string): RedisSharedLimits {
  return openRedisSharedLimits({
    ...test,
    nodeId,
    clock: systemClock,
    logger: silentLogger,
    exchangeMs: 1_000_000,
  });
}

/** @param address of the Redis; the tests' shared one where left out */
export async function openRedisLimitsHarness(address?: string): Promise<SharedLimitsHarness> {
  const test = await openTestRedis(address);
  const node = openNode(test, 'only');
  return {
    sharedLimits: node,
    exchange: () => node.exchange(),
    async close() {
      await node.close();
      await test.close();
    },
  };
}
