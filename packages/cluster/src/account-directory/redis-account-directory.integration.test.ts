import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hashKey, type AccountBatch } from '@turnpike/core';
import { makeApiTokenAccount, makeBatch, makeUserAccount } from '../testing/make-accounts.ts';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { parseKeyRecord } from './key-record.ts';
import { RedisAccountDirectory } from './redis-account-directory.ts';

const HASH = hashKey('a key');

describe('AccountDirectory (Redis)', () => {
  let test: TestRedis;
  let directory: RedisAccountDirectory;
  let hydrated: AccountBatch[];
  beforeEach(async () => {
    test = await openTestRedis();
    hydrated = [];
    directory = open();
  });
  afterEach(() => test.close());

  function open(): RedisAccountDirectory {
    return new RedisAccountDirectory({
      ...test,
      ledgerBook: {
        hydrate(accounts) {
          hydrated.push(accounts);
          return Promise.resolve();
        },
      },
    });
  }

  async function readKey(keyHash = HASH) {
    const text = await test.redis.get(test.keys.key(keyHash));
    return text === null ? undefined : parseKeyRecord(text);
  }

  const putToken = (fields: Parameters<typeof makeApiTokenAccount>[0]) =>
    directory.put(makeBatch({ apiTokens: [makeApiTokenAccount(fields)] }));
  const removeToken = (recordVersion: number, keyHash = HASH) =>
    directory.put(makeBatch({ removedApiTokens: [{ id: 70, userId: 7, keyHash, recordVersion }] }));

  it('writes keys, and hands everything to the ledger', async () => {
    const batch = makeBatch({
      users: [makeUserAccount()],
      apiTokens: [makeApiTokenAccount({ models: ['gpt-4o'], limits: { concurrency: 2 } })],
    });

    await directory.put(batch);

    expect(await readKey()).toEqual({
      recordVersion: 1,
      apiTokenId: 70,
      apiTokenName: 'a token',
      userId: 7,
      status: 1,
      expiredTime: -1,
      unlimitedQuota: false,
      models: ['gpt-4o'],
      subnets: [],
      limits: { concurrency: 2 },
    });
    expect(hydrated).toEqual([batch]);
  });

  it('keeps what is newer, in whatever order it comes', async () => {
    await putToken({ recordVersion: 5, status: 2 });
    await putToken({ recordVersion: 4, status: 1 });
    expect(await readKey()).toMatchObject({ recordVersion: 5, status: 2 });
    await putToken({ recordVersion: 6, status: 1 });
    expect(await readKey()).toMatchObject({ recordVersion: 6, status: 1 });
  });

  it('takes over what another program changed without a version', async () => {
    await putToken({ recordVersion: 0, status: 1 });
    await putToken({ recordVersion: 0, status: 2 });
    expect(await readKey()).toMatchObject({ status: 2 });
  });

  it('makes the key of a removed token unusable, also for a write that comes late', async () => {
    await putToken({ recordVersion: 1 });
    await removeToken(3);
    await putToken({ recordVersion: 2 });

    expect(await readKey()).toBe('gone');
    const lifeMs = await test.redis.pttl(test.keys.key(HASH));
    expect(lifeMs).toBeGreaterThan(86_000_000);
    expect(lifeMs).toBeLessThanOrEqual(86_400_000);
  });

  it('lets the old key of a token stop working when it gets another', async () => {
    const other = hashKey('another key');
    await putToken({ recordVersion: 1 });
    await putToken({ recordVersion: 2, keyHash: other });
    await putToken({ recordVersion: 1 });

    expect(await readKey()).toBe('gone');
    expect(await readKey(other)).toMatchObject({ apiTokenId: 70, recordVersion: 2 });
  });

  it('is complete once everything was put', async () => {
    expect(await directory.isComplete()).toBe(false);
    expect(await directory.markComplete()).toBe(true);
    expect(await directory.isComplete()).toBe(true);
    expect(await open().isComplete()).toBe(true);
  });

  it('is not complete when data was lost while it was filled', async () => {
    await directory.isComplete();
    await loseEverything();

    expect(await directory.markComplete()).toBe(false);
    expect(await directory.isComplete()).toBe(false);
    expect(await directory.markComplete()).toBe(true);
  });

  it('may be filled by two masters at once', async () => {
    const other = open();
    expect(await directory.isComplete()).toBe(false);
    expect(await other.isComplete()).toBe(false);
    expect(await other.markComplete()).toBe(true);
    const marker = await test.redis.get(test.keys.directory);
    expect(await directory.markComplete()).toBe(true);
    expect(await test.redis.get(test.keys.directory)).toBe(marker);
  });

  it('remembers how far it has come, and loses that with its data', async () => {
    expect(await directory.appliedVersion()).toBe(0);
    await directory.markApplied(7);
    await directory.markApplied(5);
    expect(await directory.appliedVersion()).toBe(7);
    await loseEverything();
    expect(await directory.appliedVersion()).toBe(0);
  });

  it('takes thousands of tokens at once, each by its version', async () => {
    const apiTokens = Array.from({ length: 1201 }, (_, n) =>
      makeApiTokenAccount({ id: n + 1, keyHash: hashKey(`key ${n}`), recordVersion: n }),
    );
    await directory.put(makeBatch({ apiTokens }));
    for (const n of [0, 499, 500, 1200])
      expect(await readKey(hashKey(`key ${n}`))).toMatchObject({ apiTokenId: n + 1 });
  });

  it('lists the tokens whose keys work', async () => {
    const count = 1201;
    const apiTokens = Array.from({ length: count }, (_, n) =>
      makeApiTokenAccount({ id: n + 1, keyHash: hashKey(`key ${n}`), recordVersion: 5 }),
    );
    await directory.put(makeBatch({ apiTokens }));
    await removeToken(6, hashKey('key 69'));
    const listed = new Map<number, unknown>();
    for await (const page of directory.apiTokens())
      for (const token of page) listed.set(token.id, token);

    expect(listed.size).toBe(count - 1);
    expect(listed.get(70)).toBeUndefined();
    expect(listed.get(71)).toEqual({
      ...{ id: 71, userId: 7, keyHash: hashKey('key 70'), recordVersion: 5 },
    });
  });

  async function loseEverything(): Promise<void> {
    const names = await test.redis.keys(`*${test.prefix}*`);
    if (names.length > 0) await test.redis.del(...names);
  }
});
