import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashKey, type BusEvents, type Chore, type ConfigBus } from '@turnpike/core';
import { RedisAccountDirectory } from '../account-directory/redis-account-directory.ts';
import { makeApiTokenAccount, makeBatch, makeUserAccount } from '../testing/make-accounts.ts';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { createRecordBook } from '../testing/record-book.ts';
import { RedisTokenDirectory } from './redis-token-directory.ts';
import { describeTokenDirectory } from './token-directory.contract.ts';

const KEY = 'a key';
const HASH = hashKey(KEY);

/** A bus on which the test says what every node hears. */
function createFakeBus() {
  const handlers = new Set<(change: BusEvents['accounts-changed']) => void>();
  const subscribe: ConfigBus['subscribe'] = (_name, handler) => {
    const taken = handler as (change: BusEvents['accounts-changed']) => void;
    handlers.add(taken);
    return () => void handlers.delete(taken);
  };
  return {
    subscribe,
    handlers,
    tell(change: BusEvents['accounts-changed']) {
      for (const handler of handlers) handler(change);
    },
  };
}

async function openHarness() {
  const test = await openTestRedis();
  const accounts = new RedisAccountDirectory({ ...test, ledgerBook: createRecordBook(test) });
  const bus = createFakeBus();
  const chores: Chore[] = [];
  const time = { now: 1_790_000_000_000 };
  let lookUps = 0;
  // Counts what is read, and is the real thing.
  const redis = new Proxy(test.redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]): unknown => {
        if (name === 'get') lookUps += 1;
        return value.apply(target, parameters);
      };
    },
  });
  const directory = new RedisTokenDirectory({
    redis,
    keys: test.keys,
    chores: { ask: (chore) => chores.push(chore) },
    configBus: bus,
    clock: { now: () => time.now },
  });
  return {
    test,
    accounts,
    bus,
    chores,
    time,
    directory,
    lookUps: () => lookUps,
    async close() {
      directory.close();
      await test.close();
    },
  };
}

describeTokenDirectory('Redis', async () => {
  const { accounts, directory, lookUps, close } = await openHarness();
  await accounts.isComplete();
  await accounts.markComplete();
  return {
    directory,
    save: (user, apiToken) => accounts.put(makeBatch({ users: [user], apiTokens: [apiToken] })),
    remove: (apiToken) => accounts.put(makeBatch({ removedApiTokens: [apiToken] })),
    lookUps,
    close,
  };
});

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
