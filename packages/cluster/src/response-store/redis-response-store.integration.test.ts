import { describe, expect, it } from '@jest/globals';
import { silentLogger, type StoredResponse } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { describeSealing } from '../testing/sealing.contract.ts';
import { testSecrets as secrets } from '../testing/state-secrets.ts';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { openRedisResponseStore } from './open-redis-response-store.ts';
import { packResponse } from './pack-response.ts';
import { RedisResponseStore } from './redis-response-store.ts';
import { describeResponseStore } from './response-store.contract.ts';

const clock = { now: () => 1_790_000_000_000 };
const limits = { maxBytes: 1024 * 1024, lifeMs: 60_000 };
const response: StoredResponse = {
  id: 'resp_1',
  userId: 1,
  createdAt: clock.now(),
  channelId: 3,
  isKeptUpstream: false,
  input: '[]',
  response: '{}',
};

describeResponseStore('Redis', () => {
  const opened: TestRedis[] = [];
  return Promise.resolve({
    async open(asked, now) {
      const test = await openTestRedis();
      opened.push(test);
      return new RedisResponseStore({ ...test, secrets, ...asked, clock: { now } });
    },
    async close() {
      for (const test of opened) await test.close();
    },
  });
});

describeSealing('ResponseStore (Redis)', (test) => {
  const open = (keys = secrets) =>
    new RedisResponseStore({ ...test, ...limits, secrets: keys, clock });
  const { values } = test.keys.responses;
  return {
    async put(userId, text) {
      await open().put({ ...response, userId, input: JSON.stringify([text]) });
    },
    async find(userId, keys) {
      return (await open(keys).find(userId, response.id))?.input;
    },
    read: (userId) => test.redis.hgetBuffer(values, `${String(userId)}:${response.id}`),
    async overwrite(userId, bytes) {
      await test.redis.hset(values, `${String(userId)}:${response.id}`, bytes);
    },
    ofBefore: (text) => packResponse({ ...response, input: JSON.stringify([text]) }),
  };
});

describe('ResponseStore (Redis)', () => {
  it('is shared by nodes, and leaves nothing behind for ever', async () => {
    const test = await openTestRedis();
    const one = new RedisResponseStore({ ...test, secrets, ...limits, clock });
    const other = new RedisResponseStore({ ...test, secrets, ...limits, clock });
    await one.put(response);
    expect(await other.find(1, 'resp_1')).toEqual(response);
    for (const key of Object.values(test.keys.responses)) {
      const left = await test.redis.pttl(key);
      expect(left).toBeGreaterThan(0);
      expect(left).toBeLessThanOrEqual(limits.lifeMs);
    }
    await test.close();
  });

  it('says that it is out of reach, and fails no answer', async () => {
    const test = await openTestRedis();
    await test.close();
    const store = new RedisResponseStore({ ...test, secrets, ...limits, clock });
    expect(await store.put(response)).toBe(false);
    await expect(store.find(1, 'resp_1')).rejects.toMatchObject({ code: 'not_ready' });
    await expect(store.remove(1, 'resp_1')).rejects.toMatchObject({ code: 'not_ready' });
  });

  it('lives in a Redis of its own where there is one', async () => {
    const own = await openTestRedis();
    const cluster = await openTestRedis();
    const settings = {
      redis: { address: 'redis://127.0.0.1:1', keyPrefix: own.prefix, commandTimeoutMs: 1000 },
      responseStore: { ...limits, address: process.env['TEST_REDIS_URL'] ?? '' },
      stateSecrets: secrets,
    };
    const store = openRedisResponseStore(settings, {
      redis: cluster.redis,
      keys: own.keys,
      clock,
      logger: silentLogger,
    });
    await cluster.close();
    await waitUntil(() => store.put(response));
    expect(await own.redis.exists(own.keys.responses.values)).toBe(1);
    await store.close();
    await own.close();
  });
});
