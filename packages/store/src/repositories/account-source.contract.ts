import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hashKey, type AccountBatch, type AccountSource } from '@turnpike/core';
import { createAccounts, makeNewApiToken, makeNewUser } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

export function describeAccountSource(name: string, open: () => Promise<TestStore>): void {
  describe(`AccountSource (${name})`, () => {
    let test: TestStore;
    let source: AccountSource;

    beforeAll(async () => {
      test = await open();
      source = test.store.accountSource;
    });
    afterAll(() => test.close());

    async function changesSince(version: number, limit = 100): Promise<AccountBatch> {
      const all = { users: [], apiTokens: [], removedApiTokens: [] } as {
        -readonly [Kind in keyof AccountBatch]: AccountBatch[Kind][number][];
      };
      for (let since = version; ;) {
        const page = await source.readChanges(since, limit);
        all.users.push(...page.users);
        all.apiTokens.push(...page.apiTokens);
        all.removedApiTokens.push(...page.removedApiTokens);
        since = page.version;
        if (page.isLast) return all;
      }
    }

    it('tells a user and a token as they were created, with limits and versions of their own', async () => {
      const before = await source.latestVersion();
      const limits = { requestsPerMinute: 60, concurrency: 4 };
      const { user, apiToken } = await createAccounts(test.store, {
        apiToken: { models: ' gpt-4o,o1 ', subnet: '10.0.0.0/8', limits },
      });

      const { users, apiTokens } = await changesSince(before);

      expect(users).toEqual([
        {
          id: user.id,
          username: user.username,
          role: 1,
          status: 1,
          group: 'default',
          limits: undefined,
          quota: 1000,
          quotaVersion: 1,
          recordVersion: before + 1,
        },
      ]);
      expect(apiTokens).toEqual([
        {
          id: apiToken.id,
          userId: user.id,
          keyHash: hashKey(apiToken.key),
          name: 'default',
          status: 1,
          expiredTime: -1,
          unlimitedQuota: false,
          models: ['gpt-4o', 'o1'],
          subnets: ['10.0.0.0/8'],
          limits,
          quota: 1000,
          quotaVersion: 1,
          recordVersion: before + 2,
        },
      ]);
      expect(await source.latestVersion()).toBe(before + 2);
      expect(apiToken.limits).toEqual(limits);
    });

    it('tells of every edit, once, with its newest state', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const before = await source.latestVersion();
      const limits = { tokensPerMinute: 1000 };

      await test.store.users.update(user.id, { group: 'vip', limits });
      await test.store.apiTokens.update(apiToken.id, user.id, { status: 2, limits });
      await test.store.apiTokens.update(apiToken.id, user.id, { limits: {} });

      expect(await changesSince(before)).toMatchObject({
        users: [{ id: user.id, group: 'vip', limits, recordVersion: before + 1 }],
        apiTokens: [{ id: apiToken.id, status: 2, limits: undefined, recordVersion: before + 3 }],
      });
    });

    it('tells of edits of balances by people, and not of usage', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const before = await source.latestVersion();
      const { ledgerRepository } = test.store;

      await ledgerRepository.applyUsage([makeEvent()]);
      expect(await source.latestVersion()).toBe(before);
      const account = { kind: 'user', id: user.id } as const;
      await ledgerRepository.addQuota({ account, delta: 5, reason: 'x', reference: `r${user.id}` });
      await ledgerRepository.setQuota({ kind: 'token', id: apiToken.id }, 77, 'x');
      await ledgerRepository.setQuota({ kind: 'token', id: apiToken.id }, 77, 'x');

      expect(await changesSince(before)).toMatchObject({
        users: [{ id: user.id, quota: 975, quotaVersion: 3, recordVersion: before + 1 }],
        apiTokens: [{ id: apiToken.id, quota: 77, recordVersion: before + 2 }],
      });
    });

    it('tells of a removed token by its hash, and of a removed user as deleted', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const before = await source.latestVersion();

      await test.store.apiTokens.remove(apiToken.id, user.id);
      await test.store.users.remove(user.id);

      const removed = {
        id: apiToken.id,
        userId: user.id,
        keyHash: hashKey(apiToken.key),
        recordVersion: before + 1,
      };
      expect(await changesSince(before)).toMatchObject({
        users: [{ id: user.id, status: 3, recordVersion: before + 2 }],
        apiTokens: [],
        removedApiTokens: [removed],
      });
      expect(
        await source.read({ userIds: [user.id, 999_999], apiTokenIds: [apiToken.id, 999_999] }),
      ).toMatchObject({ users: [{ status: 3 }], apiTokens: [], removedApiTokens: [removed] });
    });

    it('reads changes in parts without a gap and without a repetition', async () => {
      const before = await source.latestVersion();
      const { user, apiToken } = await createAccounts(test.store);
      for (let n = 0; n < 5; n += 1)
        await test.store.apiTokens.create(makeNewApiToken({ userId: user.id }));
      await test.store.apiTokens.remove(apiToken.id, user.id);

      for (const limit of [1, 2, 3, 6, 7, 100]) {
        const { users, apiTokens, removedApiTokens } = await changesSince(before, limit);
        const versions = [...users, ...apiTokens, ...removedApiTokens].map(
          (row) => row.recordVersion,
        );
        expect(versions.sort((a, b) => a - b)).toEqual(
          [1, 3, 4, 5, 6, 7, 8].map((n) => before + n),
        );
      }
    });

    it('misses nothing while many change at once', async () => {
      const { user } = await createAccounts(test.store);
      const before = await source.latestVersion();
      const seen = new Set<string>();
      let since = before;
      const progress = { isDone: false };

      const writing = Promise.all(
        Array.from({ length: 20 }, () =>
          test.store.apiTokens.create(makeNewApiToken({ userId: user.id })),
        ),
      ).finally(() => (progress.isDone = true));
      for (let isLast = false; !progress.isDone || !isLast;) {
        const page = await source.readChanges(since, 4);
        for (const { keyHash } of page.apiTokens) seen.add(keyHash);
        ({ version: since, isLast } = page);
      }

      const created = await writing;
      const last = await changesSince(since);
      for (const { keyHash } of last.apiTokens) seen.add(keyHash);
      expect([...seen].sort()).toEqual(created.map(({ key }) => hashKey(key)).sort());
      expect(await source.latestVersion()).toBe(before + 20);
    });

    it('gives all accounts page by page, those of version 0 too', async () => {
      const user = await test.store.users.create(makeNewUser());
      const key = 'OneApi'.repeat(8);
      const { knex } = test.database;
      await knex('tokens').insert({ id: 7000, user_id: user.id, key, status: 1 });
      await knex('tokens').insert({ id: 7001, user_id: 999_999, key: 'nobody', status: 1 });

      const pages: AccountBatch[] = [];
      for await (const page of source.pages(3)) pages.push(page);

      for (const { users, apiTokens, removedApiTokens } of pages)
        expect(users.length + apiTokens.length + removedApiTokens.length).toBeLessThanOrEqual(3);
      const count = async (table: string) => ((await knex(table)) as unknown[]).length;
      expect(pages.flatMap(({ users }) => users)).toHaveLength(await count('users'));
      const apiTokens = pages.flatMap((page) => page.apiTokens);
      expect(apiTokens).toHaveLength((await count('tokens')) - 1);
      expect(pages.flatMap((page) => page.removedApiTokens)).toHaveLength(
        await count('removed_tokens'),
      );
      expect(apiTokens.find(({ id }) => id === 7000)).toMatchObject({
        keyHash: hashKey(key),
        recordVersion: 0,
      });
      const [row] = (await knex('tokens').where({ id: 7000 })) as { key_hash: string }[];
      expect(row!.key_hash).toBe(hashKey(key));
    });

    it('makes a change of what another program inserted, once, and of nothing else', async () => {
      const { user } = await createAccounts(test.store);
      while (await source.stampForeign()); // what the tests before left
      const before = await source.latestVersion();
      expect(await source.stampForeign()).toBe(false);
      expect(await source.latestVersion()).toBe(before);

      const { knex } = test.database;
      await knex('users').insert({ id: 8000, username: 'of-one-api', password: '' });
      const rows = Array.from({ length: 250 }, (_, n) => ({
        ...{ id: 8000 + n, user_id: n === 0 ? 8000 : user.id, status: 1 },
        key: `inserted-by-one-api-${n}`.padEnd(48, 'x'),
      }));
      await knex.batchInsert('tokens', rows, 50);
      const calls = await Promise.all([source.stampForeign(), source.stampForeign()]);
      expect(calls).toContain(true);
      while (await source.stampForeign());

      const { users, apiTokens } = await changesSince(before);
      expect(users).toMatchObject([{ id: 8000, username: 'of-one-api' }]);
      expect(apiTokens.map(({ id }) => id).sort((a, b) => a - b)).toEqual(rows.map(({ id }) => id));
      const versions = [...users, ...apiTokens].map(({ recordVersion }) => recordVersion);
      expect(new Set(versions).size).toBe(251);
    });

    it('lifts all versions above those that were given out after a restored backup was made', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const before = await source.latestVersion();
      const read = () => source.read({ userIds: [user.id], apiTokenIds: [apiToken.id] });

      await source.raiseVersions(before);
      expect(await source.latestVersion()).toBe(before);
      await source.raiseVersions(before + 50);
      await source.raiseVersions(before + 50);

      expect(await source.latestVersion()).toBe(before + before + 50);
      expect(await read()).toMatchObject({
        users: [{ recordVersion: before - 1 + before + 50 }],
        apiTokens: [{ recordVersion: before + before + 50 }],
      });
      await test.store.users.update(user.id, { group: 'vip' });
      expect((await read()).users).toMatchObject([{ recordVersion: before + before + 51 }]);
    });

    it('forgets removed tokens after 35 days', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      await test.store.apiTokens.remove(apiToken.id, user.id);
      const read = () => source.read({ userIds: [], apiTokenIds: [apiToken.id] });

      test.switches.now = testNow + 34 * 86_400_000;
      await test.store.pruneUsageRequests();
      expect((await read()).removedApiTokens).toHaveLength(1);
      test.switches.now = testNow + 36 * 86_400_000;
      await test.store.pruneUsageRequests();
      expect((await read()).removedApiTokens).toHaveLength(0);
    });
  });
}
