import { describe, expect, it } from '@jest/globals';
import type { OpaqueState } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { RedisStateStore } from './redis-state-store.ts';
import { describeStateStore } from './state-store.contract.ts';

const clock = { now: () => Date.now() };
const state: OpaqueState = { family: 'anthropic', kind: 'signature', value: 'abc' };

describeStateStore('Redis', async () => {
  const test = await openTestRedis();
  return {
    open: (maxBytes) => new RedisStateStore({ ...test, clock, maxBytes, shelfBytes: 0 }),
    close: () => test.close(),
  };
});

describe('StateStore (Redis)', () => {
  it('is shared by nodes, and gone after a day', async () => {
    const test = await openTestRedis();
    const one = new RedisStateStore({ ...test, clock });
    const other = new RedisStateStore({ ...test, clock });
    one.put(1, 'call', [state]);
    await waitUntil(async () => (await other.find(1, ['call'])).size === 1);
    const left = await test.redis.pttl(test.keys.state('1:call'));
    expect(left).toBeGreaterThan(23 * 60 * 60 * 1000);
    await test.close();
  });

  it('remembers nothing, and fails nobody, without Redis', async () => {
    const test = await openTestRedis();
    await test.close();
    const store = new RedisStateStore({ ...test, clock, shelfBytes: 0 });
    store.put(1, 'call', [state]);
    expect((await store.find(1, ['call'])).size).toBe(0);
    await store.close();
  });
});
