import { describe, expect, it } from '@jest/globals';
import type { OpaqueState } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { describeSealing } from '../testing/sealing.contract.ts';
import { testSecrets as secrets } from '../testing/state-secrets.ts';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { RedisStateStore } from './redis-state-store.ts';
import { describeStateStore } from './state-store.contract.ts';

const clock = { now: () => Date.now() };
const state: OpaqueState = { family: 'anthropic', kind: 'signature', value: 'abc' };

describeStateStore('Redis', async () => {
  const test = await openTestRedis();
  return {
    open: (maxBytes) => new RedisStateStore({ ...test, secrets, clock, maxBytes, shelfBytes: 0 }),
    close: () => test.close(),
  };
});

describeSealing('StateStore (Redis)', (test) => {
  const open = (keys = secrets) =>
    new RedisStateStore({ ...test, secrets: keys, clock, shelfBytes: 0 });
  return {
    async put(userId, text) {
      const store = open();
      store.put(userId, 'call', [{ ...state, value: text }]);
      await store.close();
    },
    async find(userId, keys) {
      return (await open(keys).find(userId, ['call'])).get('call')?.[0]?.value;
    },
    read: (userId) => test.redis.getBuffer(test.keys.state(`${String(userId)}:call`)),
    async overwrite(userId, bytes) {
      await test.redis.set(test.keys.state(`${String(userId)}:call`), bytes);
    },
    ofBefore: (text) => Promise.resolve(Buffer.from(JSON.stringify([{ ...state, value: text }]))),
  };
});

describe('StateStore (Redis)', () => {
  it('is shared by nodes, and gone after a day', async () => {
    const test = await openTestRedis();
    const one = new RedisStateStore({ ...test, secrets, clock });
    const other = new RedisStateStore({ ...test, secrets, clock });
    one.put(1, 'call', [state]);
    await waitUntil(async () => (await other.find(1, ['call'])).size === 1);
    const left = await test.redis.pttl(test.keys.state('1:call'));
    expect(left).toBeGreaterThan(23 * 60 * 60 * 1000);
    await test.close();
  });

  it('remembers nothing, and fails nobody, without Redis', async () => {
    const test = await openTestRedis();
    await test.close();
    const store = new RedisStateStore({ ...test, secrets, clock, shelfBytes: 0 });
    store.put(1, 'call', [state]);
    expect((await store.find(1, ['call'])).size).toBe(0);
    await store.close();
  });
});
