import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitedParty } from '@turnpike/core';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openNode, openRedisLimitsHarness } from './redis-traffic-limits-harness.contract.ts';
import type { RedisTrafficLimits } from './redis-traffic-limits.ts';
import { describeTrafficLimits, newParty } from './traffic-limits.contract.ts';

describeTrafficLimits('Redis', () => openRedisLimitsHarness());

describe('TrafficLimits of several nodes', () => {
  let test: TestRedis;
  let nodes: RedisTrafficLimits[];
  beforeAll(async () => {
    test = await openTestRedis();
    nodes = ['a', 'b', 'c'].map((nodeId) => openNode(test, nodeId));
  });
  afterAll(async () => {
    for (const node of nodes) await node.close();
    await test.close();
  });

  async function exchangeAll(): Promise<void> {
    for (const node of nodes) await node.exchange();
    for (const node of nodes) await node.exchange();
  }

  /** Each node grants what it may, one request after the other. */
  function grantAll(party: LimitedParty, perNode: number): number {
    let granted = 0;
    for (const node of nodes)
      for (let n = 0; n < perNode && node.refuse(party, 10) === undefined; n += 1) {
        node.begin(party, 10);
        granted += 1;
      }
    return granted;
  }

  it('hold a limit together', async () => {
    const party = newParty({ requestsPerMinute: 30 });
    for (const node of nodes) node.refuse(party, 10);
    await exchangeAll();

    const granted = grantAll(party, 100);
    expect(granted).toBe(30);

    await exchangeAll();
    expect(grantAll(party, 100)).toBe(0);
  });

  it('may each grant one more than is left', async () => {
    const party = newParty({ concurrency: 4 });
    for (const node of nodes) node.begin(party, 1);
    await exchangeAll();

    const granted = grantAll(party, 100);
    expect(granted).toBeGreaterThanOrEqual(1);
    expect(granted).toBeLessThanOrEqual(3);

    await exchangeAll();
    expect(grantAll(party, 100)).toBe(0);
  });

  it('forget what a node holds that is gone', async () => {
    const party = newParty({ concurrency: 1 });
    const [first, second] = nodes as [RedisTrafficLimits, RedisTrafficLimits];
    second.refuse(party, 1);
    first.begin(party, 1);
    await exchangeAll();
    expect(second.refuse(party, 1)).toMatchObject({ kind: 'concurrency' });

    // As long ago as a node that was killed.
    const key = test.keys.trafficLimit(`${party.scope}:${party.id}`);
    await test.redis.hset(key, 'h:a', '1 1000');
    await second.exchange();

    expect(second.refuse(party, 1)).toBe(undefined);
  });

  it('go on with what they know without Redis', async () => {
    const alone = await openTestRedis();
    const node = openNode(alone, 'alone');
    const party = newParty({ requestsPerMinute: 1 });
    node.begin(party, 1);
    await alone.close();

    await node.exchange();

    expect(node.refuse(party, 1)).toMatchObject({ kind: 'requests' });
    await node.close();
  });
});
