import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  hashKey,
  type ApiTokenAccount,
  type TokenDirectory,
  type TokenRecord,
  type UserAccount,
} from '@turnpike/core';
import { makeApiTokenAccount, makeUserAccount } from '../testing/make-accounts.ts';

export interface TokenDirectoryHarness {
  directory: TokenDirectory;
  /** Writes to where the directory reads from, and tells nobody. */
  save(user: UserAccount, apiToken: ApiTokenAccount): Promise<void>;
  remove(apiToken: ApiTokenAccount): Promise<void>;
  /** How often that place was asked for a key. */
  lookUps(): number;
  close(): Promise<void>;
}

const KEY = 'a key';
const HASH = hashKey(KEY);

/** Every promise that `TokenDirectory` makes. */
export function describeTokenDirectory(
  name: string,
  open: () => Promise<TokenDirectoryHarness>,
): void {
  describe(`TokenDirectory (${name})`, () => {
    let harness: TokenDirectoryHarness;
    let directory: TokenDirectory;
    beforeEach(async () => {
      harness = await open();
      directory = harness.directory;
    });
    afterEach(() => harness.close());

    const find = (key = KEY) => directory.find(hashKey(key), key);

    it('finds a token with its owner, and then knows it without waiting', async () => {
      await harness.save(
        makeUserAccount({
          group: 'vip',
          role: 10,
          recordVersion: 4,
          limits: { requestsPerMinute: 9 },
        }),
        makeApiTokenAccount({
          models: ['gpt-4o'],
          subnets: ['10.0.0.0/8'],
          recordVersion: 5,
          limits: { concurrency: 2 },
          lossPolicy: 'paranoid',
        }),
      );
      const record: TokenRecord = {
        apiTokenId: 70,
        apiTokenName: 'a token',
        status: 1,
        expiredTime: -1,
        unlimitedQuota: false,
        models: new Set(['gpt-4o']),
        subnets: ['10.0.0.0/8'],
        userId: 7,
        username: 'alice',
        userStatus: 1,
        userRole: 10,
        group: 'vip',
        apiTokenRecordVersion: 5,
        userRecordVersion: 4,
        apiTokenLimits: { concurrency: 2 },
        lossPolicy: 'paranoid',
        userLimits: { requestsPerMinute: 9 },
      };

      expect(directory.peek(HASH)).toBe('unknown');
      expect(await find()).toEqual(record);
      expect(directory.peek(HASH)).toEqual(record);
    });

    it('answers undefined for a key that nobody has, and remembers it for a while', async () => {
      expect(await find('nobody')).toBeUndefined();
      expect(directory.peek(hashKey('nobody'))).toBeUndefined();
    });

    it('finds a key that came to be after a change was made known', async () => {
      expect(await find()).toBeUndefined();
      await harness.save(makeUserAccount(), makeApiTokenAccount());

      directory.forget({ apiTokenIds: [70] });

      expect(directory.peek(HASH)).toBe('unknown');
      expect(await find()).toMatchObject({ apiTokenId: 70 });
    });

    it.each([
      ['the token', { apiTokenIds: [70] }],
      ['its owner', { userIds: [7] }],
      ['everything', {}],
      ['everything, by empty lists', { apiTokenIds: [], userIds: [] }],
    ])('reads afresh after it was told to forget %s', async (_what, changed) => {
      await harness.save(makeUserAccount(), makeApiTokenAccount());
      await find();
      await harness.save(
        makeUserAccount({ status: 2, recordVersion: 2 }),
        makeApiTokenAccount({ status: 2, recordVersion: 3 }),
      );

      directory.forget(changed);

      expect(directory.peek(HASH)).toBe('unknown');
      expect(await find()).toMatchObject({ status: 2, userStatus: 2 });
    });

    it('keeps what it was not told to forget', async () => {
      await harness.save(makeUserAccount(), makeApiTokenAccount());
      await find();
      directory.forget({ apiTokenIds: [71], userIds: [8] });
      expect(directory.peek(HASH)).toMatchObject({ apiTokenId: 70 });
    });

    it('finds no removed token', async () => {
      await harness.save(makeUserAccount(), makeApiTokenAccount());
      await find();
      await harness.remove(makeApiTokenAccount({ recordVersion: 2 }));

      directory.forget({ apiTokenIds: [70] });

      expect(await find()).toBeUndefined();
    });

    it('remembers nothing that was read before it was told to forget', async () => {
      await harness.save(makeUserAccount(), makeApiTokenAccount());
      const early = find();
      directory.forget({ apiTokenIds: [70] });
      await early;
      expect(directory.peek(HASH)).toBe('unknown');
    });

    it('shares one look-up among those who ask for a key at the same time', async () => {
      await harness.save(makeUserAccount(), makeApiTokenAccount());
      const found = await Promise.all(Array.from({ length: 50 }, () => find()));
      expect(new Set(found.map((record) => record?.apiTokenId))).toEqual(new Set([70]));
      expect(harness.lookUps()).toBe(1);
    });
  });
}
