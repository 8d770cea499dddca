import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { userStatuses, type UserFilter, type UserRepository, type UserSort } from '@turnpike/core';
import { makeNewUser } from '../testing/make-accounts.ts';
import type { TestStore } from '../testing/open-test-store.ts';

export function describeUserRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`UserRepository (${name})`, () => {
    let test: TestStore;
    let users: UserRepository;

    beforeAll(async () => {
      test = await open();
      users = test.store.users;
    });
    afterAll(() => test.close());

    it('creates a user with a ledger entry for the first balance', async () => {
      const user = await users.create(
        makeNewUser({ username: 'alice', quota: 700, email: 'a@example.com' }),
      );

      expect(user).toMatchObject({
        username: 'alice',
        role: 1,
        status: userStatuses.enabled,
        email: 'a@example.com',
        group: 'default',
        quota: 700,
        usedQuota: 0,
        inviterId: 0,
        quotaVersion: 1,
      });
      expect(await users.findById(user.id)).toEqual(user);
      expect((await test.store.ledgerRepository.verify()).mismatches).toEqual([]);
    });

    it('rewards both sides of an invitation once, each with a ledger entry', async () => {
      const inviter = await users.create(makeNewUser({ quota: 5 }));
      const before = await test.store.accountSource.latestVersion();

      const user = await users.create(
        makeNewUser({
          quota: 100,
          quotaReason: 'gift',
          invitation: { inviterId: inviter.id, inviteeQuota: 20, inviterQuota: 30 },
        }),
      );

      expect(user).toMatchObject({ quota: 120, inviterId: inviter.id });
      expect(await users.findById(inviter.id)).toMatchObject({ quota: 35 });
      const ledger = test.store.ledgerRepository;
      const entries = await ledger.listEntries({ kind: 'user', id: user.id }, { limit: 9 });
      expect(entries.map(({ delta, reason }) => [delta, reason])).toEqual([
        [20, 'invitation'],
        [100, 'gift'],
      ]);
      const { users: changed } = await test.store.accountSource.readChanges(before, 10);
      expect(changed.map(({ id, quota }) => [id, quota])).toEqual(
        expect.arrayContaining([
          [inviter.id, 35],
          [user.id, 120],
        ]),
      );
      expect((await ledger.verify()).mismatches).toEqual([]);
    });

    it('invites with a code that fits literally, of an enabled user', async () => {
      const user = await users.create(makeNewUser({ affCode: 'aB3x' }));

      expect((await users.findByAffCode('aB3x'))?.id).toBe(user.id);
      expect(await users.findByAffCode('AB3X')).toBeUndefined();
      expect(await users.findByAffCode('')).toBeUndefined();
      await users.update(user.id, { status: userStatuses.disabled });
      expect(await users.findByAffCode('aB3x')).toBeUndefined();
    });

    it('gives an invitation code to whoever has none, and keeps the one that is there', async () => {
      const user = await users.create(makeNewUser({ affCode: '' }));

      expect(await users.fillAffCode(user.id, 'zz11')).toBe('zz11');
      expect(await users.fillAffCode(user.id, 'zz12')).toBe('zz11');
      await test.database.knex('users').where({ id: user.id }).update({ aff_code: null });
      const other = await users.create(makeNewUser());
      await expect(users.fillAffCode(user.id, other.affCode)).rejects.toMatchObject({
        code: 'conflict',
      });
    });

    it('finds a user for login by name, else by address', async () => {
      const user = await users.create(makeNewUser({ username: 'bob', email: 'bob@example.com' }));
      const found = { user, passwordHash: '$2a$10$abcdefghijklmnopqrstuv' };

      expect(await users.findForLogin('bob')).toEqual(found);
      expect(await users.findForLogin('bob@example.com')).toEqual(found);
      expect(await users.findWithPassword(user.id)).toEqual(found);
      expect(await users.findForLogin('nobody')).toBeUndefined();
      expect(await users.findForLogin('')).toBeUndefined();
    });

    it('finds an address as typed or in lower case, but not that of a removed account', async () => {
      const gone = await users.create(makeNewUser({ email: 'one@example.com' }));
      await users.remove(gone.id);
      expect(await users.findByEmail('one@example.com')).toBeUndefined();
      expect(await users.findForLogin('one@example.com')).toBeUndefined();

      const user = await users.create(makeNewUser({ email: 'one@example.com' }));
      expect((await users.findByEmail('One@Example.com'))?.id).toBe(user.id);
      expect((await users.findForLogin('one@example.com'))?.user.id).toBe(user.id);
      expect(await users.findByEmail('')).toBeUndefined();
    });

    it('finds the roots that are enabled, and the highest id', async () => {
      const root = await users.create(makeNewUser({ role: 100 }));
      const other = await users.create(makeNewUser({ role: 100 }));
      await users.update(other.id, { status: userStatuses.disabled });
      await users.create(makeNewUser({ role: 10 }));

      expect((await users.findRoots()).map(({ id }) => id)).toEqual([root.id]);
      const last = await users.create(makeNewUser());
      expect(await users.highestId()).toBe(last.id);
    });

    it('refuses a name or an invitation code that is taken', async () => {
      const taken = makeNewUser();
      await users.create(taken);

      const sameName = users.create(makeNewUser({ username: taken.username }));
      await expect(sameName).rejects.toMatchObject({
        code: 'conflict',
        details: { param: 'username' },
      });
      const sameCode = users.create(makeNewUser({ affCode: taken.affCode }));
      await expect(sameCode).rejects.toMatchObject({
        code: 'conflict',
        details: { param: 'aff_code' },
      });
      const other = await users.create(makeNewUser());
      const renamed = users.update(other.id, { username: taken.username });
      await expect(renamed).rejects.toMatchObject({ code: 'conflict' });
    });

    it('finds a management token, but never by what is stored of it', async () => {
      const { accessToken, ...rest } = makeNewUser();
      const user = await users.create({ ...rest, accessToken });
      const [row] = (await test.database.knex('users').where({ id: user.id })) as {
        access_token: string;
      }[];

      expect(await users.findByAccessToken(accessToken)).toEqual(user);
      expect(row!.access_token).not.toBe(accessToken);
      expect(await users.findByAccessToken(row!.access_token)).toBeUndefined();
      expect(await users.findByAccessToken('')).toBeUndefined();

      await users.setAccessToken(user.id, 'f'.repeat(32));
      expect(await users.findByAccessToken(accessToken)).toBeUndefined();
      expect((await users.findByAccessToken('f'.repeat(32)))?.id).toBe(user.id);
    });

    it('writes the named columns only', async () => {
      const user = await users.create(makeNewUser());

      const changed = await users.update(user.id, { displayName: '', group: 'vip' });

      expect(changed).toEqual({ ...user, displayName: '', group: 'vip' });
      expect(await users.update(user.id, {})).toEqual(changed);
      expect(await users.update(999_999, { group: 'vip' })).toBeUndefined();
    });

    it('removes softly: the name is free again, the token opens nothing', async () => {
      const input = makeNewUser();
      const user = await users.create(input);

      expect(await users.remove(user.id)).toBe(true);
      expect(await users.remove(999_999)).toBe(false);

      const removed = await users.findById(user.id);
      expect(removed).toMatchObject({ status: userStatuses.deleted, quota: user.quota });
      expect(removed?.username).toMatch(/^deleted_[0-9a-f]{32}$/);
      expect(await users.findByAccessToken(input.accessToken)).toBeUndefined();
      await users.create(makeNewUser({ username: input.username }));
    });

    it('lists newest first, by balance on request, without removed users unless asked', async () => {
      const rich = await users.create(makeNewUser({ quota: 900_000_000 }));
      const gone = await users.create(makeNewUser({ quota: 900_000_001 }));
      await users.remove(gone.id);
      const first = async (filter: UserFilter, sort: UserSort = 'id'): Promise<number> => {
        const page = { offset: 0, limit: 1, sort, direction: 'desc' } as const;
        return (await users.page(filter, page)).rows[0]!.id;
      };

      expect(await first({})).toBe(rich.id);
      expect(await first({ includeDeleted: true })).toBe(gone.id);
      expect(await first({}, 'quota')).toBe(rich.id);
    });

    it('searches a prefix of name, address or display name, or an id, taken literally', async () => {
      const user = await users.create(
        makeNewUser({ username: 'x_100%', email: 'Find@me', displayName: 'Zoë' }),
      );
      async function search(keyword: string): Promise<number[]> {
        const page = { offset: 0, limit: 10, sort: 'id', direction: 'desc' } as const;
        const { rows } = await users.page({ keyword, includeDeleted: true }, page);
        return rows.map(({ id }) => id);
      }

      expect(await search('x_1')).toEqual([user.id]);
      expect(await search('find@')).toEqual([user.id]);
      expect(await search('Zo')).toEqual([user.id]);
      expect(await search(String(user.id))).toContain(user.id);
      expect(await search('x_100%%')).toEqual([]);
      expect(await search('x1')).toEqual([]);
      expect(await search("'; --")).toEqual([]);
    });
  });
}
