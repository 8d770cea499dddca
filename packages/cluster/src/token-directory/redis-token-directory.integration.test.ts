import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashKey } from '@turnpike/core';
import { makeApiTokenAccount, makeBatch, makeUserAccount } from '../testing/make-accounts.ts';
import type { TestRedis } from '../testing/open-test-redis.ts';
import {
  openHarness,
  openRedisDirectoryHarness,
} from './redis-token-directory-harness.contract.ts';
import type { RedisTokenDirectory } from './redis-token-directory.ts';
import { describeTokenDirectory } from './token-directory.contract.ts';

const KEY = 'a key';
const HASH = hashKey(KEY);

describeTokenDirectory('Redis', () => openRedisDirectoryHarness());

describe('TokenDirectory (Redis)', () => {
  let test: TestRedis;
  let harness: Awaited<ReturnType<typeof openHarness>>;
  let directory: RedisTokenDirectory;
  beforeEach(async () => {
    harness = await openHarness();
    ({ test, directory } = harness);
  });
  afterEach(() => harness.close());

  const save = () =>
    harness.accounts.put(
      makeBatch({ users: [makeUserAccount()], apiTokens: [makeApiTokenAccount()] }),
    );

  it('never calls a key unknown while the directory is not complete, and asks for it', async () => {
    await expect(directory.find(HASH)).rejects.toMatchObject({ code: 'not_ready' });
    expect(harness.chores).toEqual([{ kind: 'hydrate', userIds: [], apiTokenIds: [] }]);
    expect(directory.peek(HASH)).toBe('unknown');
  });

  it('asks for the account of a known key that is not loaded', async () => {
    await save();
    await test.redis.del(test.keys.account(7));

    await expect(directory.find(HASH)).rejects.toMatchObject({ code: 'not_ready' });

    expect(harness.chores).toEqual([{ kind: 'hydrate', userIds: [7], apiTokenIds: [70] }]);
    await save();
    expect(await directory.find(HASH)).toMatchObject({ apiTokenId: 70 });
  });

  it('does not guess at a record of a newer format', async () => {
    await test.redis.set(test.keys.key(HASH), '{"v":2,"rv":1,"id":70}');
    await expect(directory.find(HASH)).rejects.toMatchObject({ code: 'not_ready' });
  });

  it('says not_ready, never unknown, when Redis does not answer', async () => {
    await save();
    test.redis.disconnect();
    await expect(directory.find(HASH)).rejects.toMatchObject({ code: 'not_ready' });
    expect(directory.peek(HASH)).toBe('unknown');
  });

  it('drops what an announcement names, and everything when one may have been missed', async () => {
    await save();
    await directory.find(HASH);

    harness.bus.tell({ userIds: [8], apiTokenIds: [71] });
    expect(directory.peek(HASH)).toMatchObject({ apiTokenId: 70 });
    harness.bus.tell({ userIds: [7], apiTokenIds: [] });
    expect(directory.peek(HASH)).toBe('unknown');
    await directory.find(HASH);
    harness.bus.tell({ userIds: [], apiTokenIds: [] });
    expect(directory.peek(HASH)).toBe('unknown');

    directory.close();
    expect(harness.bus.handlers.size).toBe(0);
  });

  it('remembers unknown keys for ten seconds, and not too many', async () => {
    await harness.accounts.isComplete();
    await harness.accounts.markComplete();
    await directory.find(HASH);
    harness.time.now += 9_999;
    expect(directory.peek(HASH)).toBeUndefined();
    harness.time.now += 1;
    expect(directory.peek(HASH)).toBe('unknown');

    for (let first = 0; first <= 10_000; first += 500) {
      const guesses = Array.from({ length: 500 }, (_, n) => `guess${first + n}`);
      await Promise.all(guesses.map((guess) => directory.find(guess)));
    }
    expect(directory.peek('guess499')).toBe('unknown');
    expect(directory.peek('guess500')).toBeUndefined();
  }, 60_000);

  it('reads a record again after a minute, whatever was announced', async () => {
    await save();
    await directory.find(HASH);
    harness.time.now += 60_000;
    expect(directory.peek(HASH)).toBe('unknown');
  });
});
