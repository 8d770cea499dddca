import { silentLogger, systemClock } from '@turnpike/core';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openRedisTrafficLimits, type RedisTrafficLimits } from './redis-traffic-limits.ts';
import type { TrafficLimitsHarness } from './traffic-limits.contract.ts';

/** Exchanges when the test says so. */
export function openNode(test: TestRedis, nodeId: string): RedisTrafficLimits {
  return openRedisTrafficLimits({
    ...test,
    nodeId,
    clock: systemClock,
    logger: silentLogger,
    exchangeMs: 1_000_000,
  });
}

/** @param address of the Redis; the tests' shared one where left out */
export async function openRedisLimitsHarness(address?: string): Promise<TrafficLimitsHarness> {
  const test = await openTestRedis(address);
  const node = openNode(test, 'only');
  return {
    trafficLimits: node,
    exchange: () => node.exchange(),
    async close() {
      await node.close();
      await test.close();
    },
  };
}
