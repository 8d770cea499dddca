import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { User } from '@turnpike/core';
import { makeNewUser } from '../testing/make-accounts.ts';
import type { TestStore } from '../testing/open-test-store.ts';

/** Every promise of `QuotaReminders`. */
export function describeQuotaReminders(name: string, open: () => Promise<TestStore>): void {
  describe(`QuotaReminders (${name})`, () => {
    let test: TestStore;
    let early: User;
    beforeAll(async () => {
      test = await open();
      early = await addUser(10, 5000);
      expect(await take()).toEqual([]);
    });
    afterAll(() => test.close());

    async function addUser(quota: number, usedQuota: number, status = 1): Promise<User> {
      const user = await test.store.users.create(makeNewUser());
      await write(user, { quota, used_quota: usedQuota, status });
      return user;
    }
    const write = (user: User, columns: object) =>
      test.database.knex('users').where({ id: user.id }).update(columns);
    const take = async (threshold = 1000) =>
      (await test.store.quotaReminders.take(threshold, 100)).map(({ userId, quota, state }) => [
        userId,
        quota,
        state,
      ]);

    it('tells each fall once: below the threshold, and to nothing', async () => {
      const user = await addUser(1000, 500);
      expect(await take()).toEqual([]);
      await write(user, { quota: 999, used_quota: 501 });
      expect(await take()).toEqual([[user.id, 999, 'low']]);
      await write(user, { quota: 1, used_quota: 1499 });
      expect(await take()).toEqual([]);
      await write(user, { quota: -20, used_quota: 1520 });
      expect(await take()).toEqual([[user.id, -20, 'used-up']]);
      expect(await take()).toEqual([]);
    });

    it('tells again after the balance was filled', async () => {
      const user = await addUser(0, 4000);
      expect(await take()).toEqual([[user.id, 0, 'used-up']]);
      await write(user, { quota: 3 });
      expect(await take()).toEqual([]);
      await write(user, { quota: 0 });
      expect(await take()).toEqual([[user.id, 0, 'used-up']]);
      await write(user, { quota: 2000 });
      expect(await take()).toEqual([]);
      await write(user, { quota: 400 });
      expect(await take()).toEqual([[user.id, 400, 'low']]);
    });

    it('leaves out who never had as much, who spent nothing, and who is disabled', async () => {
      await addUser(10, 300);
      await addUser(0, 0);
      await addUser(10, 5000, 2);
      await addUser(10, 5000, 3);
      expect(await take()).toEqual([]);
    });

    it('leaves out who was below when it all began, until the balance was filled', async () => {
      await write(early, { quota: 1000 });
      expect(await take()).toEqual([]);
      await write(early, { quota: 9 });
      expect(await take()).toEqual([[early.id, 9, 'low']]);
    });

    it('gives each user to one of several at the same time', async () => {
      const user = await addUser(5, 5000);
      const taken = await Promise.all([take(), take(), take()]);
      expect(taken.flat()).toEqual([[user.id, 5, 'low']]);
    });

    it('tells only of nothing where the threshold is 0', async () => {
      const user = await addUser(1, 9000);
      expect(await take(0)).toEqual([]);
      await write(user, { quota: 0 });
      expect(await take(0)).toEqual([[user.id, 0, 'used-up']]);
      expect(await take(0)).toEqual([]);
    });
  });
}
