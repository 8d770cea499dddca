import { afterEach, describe, expect, it } from '@jest/globals';
import {
  hashKey,
  silentLogger,
  systemClock,
  type AccountBatch,
  type AccountSource,
} from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { RedisAccountDirectory } from '../account-directory/redis-account-directory.ts';
import { openBullmqChores } from '../chores/bullmq-chores.ts';
import { createRedisRateLimiter } from '../rate-limiter/redis-rate-limiter.ts';
import { createBullmqSchedules } from '../schedules/bullmq-schedules.ts';
import { makeApiTokenAccount, makeBatch, makeUserAccount } from '../testing/make-accounts.ts';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { createRecordBook } from '../testing/record-book.ts';
import { RedisTokenDirectory } from '../token-directory/redis-token-directory.ts';
import { makeSnapshot } from './config-bus.contract.ts';
import { openRedisConfigBus } from './redis-config-bus.ts';

const HASH = hashKey('a key');
const accounts = makeBatch({ users: [makeUserAccount()], apiTokens: [makeApiTokenAccount()] });

/** One node with everything that the others see of it. */
async function openNode(address: string) {
  const test = await openTestRedis(address);
  const { redis, keys } = test;
  const directory = new RedisAccountDirectory({ ...test, ledgerBook: createRecordBook(test) });
  let database: AccountBatch = accounts;
  const source: Pick<AccountSource, 'read'> = { read: () => Promise.resolve(database) };
  const bus = await openRedisConfigBus({
    redis,
    subscriber: await test.connect('consumer'),
    keys,
    accounts: { source, directory },
    logger: silentLogger,
    checkMs: 50,
  });
  const consumer = await test.connect('consumer');
  const common = { keys, clock: systemClock, logger: silentLogger, stallIntervalMs: 5000 };
  const chores = openBullmqChores({ ...common, producer: redis, consumer });
  const tokens = new RedisTokenDirectory({ ...common, redis, chores, configBus: bus });
  return {
    ...{ test, bus, directory, chores, tokens },
    rateLimiter: createRedisRateLimiter(test),
    schedules: createBullmqSchedules({ ...common, redis: consumer }),
    change(batch: AccountBatch) {
      database = batch;
    },
    async close() {
      tokens.close();
      await chores.close();
      await bus.close();
      await test.close();
    },
  };
}

describe('what nodes share', () => {
  let server: OwnRedis;
  let node: Awaited<ReturnType<typeof openNode>>;
  afterEach(async () => {
    await node.close();
    await server.stop();
  });

  it('comes back with Redis, and says that anything may have changed', async () => {
    server = await startOwnRedis();
    node = await openNode(server.address);
    const { bus, tokens } = node;
    await bus.announceAccounts({ userIds: [7], apiTokenIds: [70] });
    await bus.publishSnapshot(makeSnapshot(3));
    expect(await tokens.find(HASH)).toMatchObject({ apiTokenId: 70 });
    const told: unknown[] = [];
    bus.subscribe('accounts-changed', (change) => told.push(change));

    await server.kill();
    expect(tokens.peek(HASH)).toMatchObject({ apiTokenId: 70 });
    await expect(tokens.find(hashKey('other'))).rejects.toMatchObject({ code: 'not_ready' });
    await expect(bus.announceAccounts({ userIds: [7], apiTokenIds: [] })).rejects.toThrow();
    await server.start();

    await waitUntil(() => told.length > 0);
    expect(told[0]).toEqual({ userIds: [], apiTokenIds: [] });
    expect(tokens.peek(HASH)).toBe('unknown');
    await waitUntil(() => node.test.redis.status === 'ready');
    expect(await tokens.find(HASH)).toMatchObject({ apiTokenId: 70 });
    await bus.publishSnapshot(makeSnapshot(4));
    expect(await bus.latestSnapshot()).toEqual(makeSnapshot(4));
  }, 30_000);

  it('works on a Redis Cluster', async () => {
    server = await startOwnRedis({ isCluster: true });
    node = await openNode(`${server.address},${server.address}`);
    const { bus, tokens, directory, rateLimiter, chores, schedules } = node;
    expect(node.test.redis.isCluster).toBe(true);

    await expect(tokens.find(HASH)).rejects.toMatchObject({ code: 'not_ready' });
    expect(await directory.isComplete()).toBe(false);
    await bus.announceAccounts({ userIds: [7], apiTokenIds: [70] });
    expect(await directory.markComplete()).toBe(true);
    await directory.markApplied(5);
    expect(await directory.appliedVersion()).toBe(5);
    expect(await tokens.find(HASH)).toMatchObject({ apiTokenId: 70 });
    expect(await tokens.find(hashKey('other'))).toBeUndefined();

    node.change(makeBatch({ removedApiTokens: [makeApiTokenAccount({ recordVersion: 2 })] }));
    await bus.announceAccounts({ userIds: [], apiTokenIds: [70] });
    expect(await tokens.find(HASH)).toBeUndefined();

    const versions: number[] = [];
    bus.subscribe('config-changed', ({ version }) => versions.push(version));
    await bus.publishSnapshot(makeSnapshot(3));
    await waitUntil(() => versions.includes(3));
    expect(await bus.latestSnapshot()).toEqual(makeSnapshot(3));

    const limit = { count: 1, windowMs: 60_000 };
    expect(await rateLimiter.take('a', limit)).toEqual({ allowed: true });
    expect(await rateLimiter.take('a', limit)).toMatchObject({ allowed: false });

    const done: string[] = [];
    const work = await chores.work(({ kind }) => Promise.resolve(void done.push(kind)));
    const run = () => Promise.resolve(void done.push('job'));
    const running = await schedules.start([{ name: 'job', intervalMs: 100, run }]);
    await waitUntil(() => done.includes('hydrate') && done.includes('job'));
    await running.stop();
    await work.stop();
  }, 30_000);
});
