import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExternalIdentity, IdentityRepository, User } from '@turnpike/core';
import { makeNewUser } from '../testing/make-accounts.ts';
import type { TestStore } from '../testing/open-test-store.ts';

/** Every promise of `IdentityRepository`, and what `UserRepository` promises about identities. */
export function describeIdentityRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`IdentityRepository (${name})`, () => {
    let test: TestStore;
    let identities: IdentityRepository;
    beforeAll(async () => {
      test = await open();
      ({ identities } = test.store);
    });
    afterAll(() => test.close());

    const makeIdentity = (fields: Partial<ExternalIdentity> = {}): ExternalIdentity => ({
      provider: 'github',
      subject: String(parseInt(randomBytes(5).toString('hex'), 16)),
      legacyId: `octo-${randomBytes(4).toString('hex')}`,
      ...fields,
    });
    const addUser = (identity?: ExternalIdentity): Promise<User> =>
      test.store.users.create(makeNewUser(identity === undefined ? {} : { identity }));
    const columnOf = async (user: User) => (await test.store.users.findById(user.id))?.githubId;
    const setColumns = (user: User, columns: object) =>
      test.database.knex('users').where({ id: user.id }).update(columns);

    it('is made with an account, in one step', async () => {
      const identity = makeIdentity();
      const user = await addUser(identity);
      expect((await identities.find(identity))?.id).toBe(user.id);
      expect(await columnOf(user)).toBe(identity.legacyId);

      const again = makeNewUser({ identity });
      await expect(test.store.users.create(again)).rejects.toMatchObject({
        code: 'conflict',
        details: { param: 'identity' },
      });
      expect(await test.store.users.findForLogin(again.username)).toBeUndefined();
    });

    it('makes one account of many logins at the same time', async () => {
      const identity = makeIdentity();
      const results = await Promise.allSettled(Array.from({ length: 6 }, () => addUser(identity)));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('is bound and unbound; another one of the provider takes its place', async () => {
      const user = await addUser();
      const [first, second] = [makeIdentity(), makeIdentity()];
      await identities.bind(user.id, first);
      await identities.bind(user.id, second);
      expect(await identities.find(first)).toBeUndefined();
      expect((await identities.find(second))?.id).toBe(user.id);
      expect(await columnOf(user)).toBe(second.legacyId);

      await identities.unbind(user.id, 'github');
      expect(await identities.find(second)).toBeUndefined();
      expect(await columnOf(user)).toBe('');
    });

    it('belongs to one account', async () => {
      const [one, other] = [await addUser(), await addUser()];
      const identity = makeIdentity();
      const results = await Promise.allSettled(
        [one, other].map(({ id }) => identities.bind(id, identity)),
      );
      const refused = results.filter((result) => result.status === 'rejected');
      expect(refused).toMatchObject([
        { reason: { code: 'conflict', details: { param: 'identity' } } },
      ]);
    });

    it('is found where One API bound it, and then by what never changes', async () => {
      const user = await addUser();
      const identity = makeIdentity();
      await setColumns(user, { github_id: identity.legacyId });

      expect((await identities.find(identity))?.id).toBe(user.id);
      const renamed = { ...identity, legacyId: 'renamed' };
      expect((await identities.find(renamed))?.id).toBe(user.id);
      const successor = makeIdentity({ legacyId: identity.legacyId });
      expect(await identities.find(successor)).toBeUndefined();
    });

    it('cannot be bound where One API bound it to somebody else', async () => {
      const [user, other] = [await addUser(), await addUser()];
      const identity = makeIdentity();
      await setColumns(user, { github_id: identity.legacyId });
      await expect(identities.bind(other.id, identity)).rejects.toMatchObject({ code: 'conflict' });
      await identities.bind(user.id, identity);
    });

    it.each([
      ['an empty one', { legacyId: '' }],
      ['a login name that looks like a number', { legacyId: '4711' }],
      ['another case', { legacyId: 'OCTO' }],
    ])('is not taken for %s', async (_what, fields) => {
      const user = await addUser();
      await setColumns(user, { github_id: fields.legacyId.toLowerCase() });
      expect(await identities.find(makeIdentity(fields))).toBeUndefined();
    });

    it('tells apart by case, and by provider', async () => {
      const subject = `Ab${randomBytes(6).toString('hex')}`;
      const identity = makeIdentity({ provider: 'oidc', subject, legacyId: subject });
      await addUser(identity);
      const lower = { ...identity, subject: subject.toLowerCase(), legacyId: '' };
      expect(await identities.find(lower)).toBeUndefined();
      expect(await identities.find({ ...identity, provider: 'lark' })).toBeUndefined();
    });

    it('is free again once its account is deleted', async () => {
      const identity = makeIdentity();
      const user = await addUser(identity);
      await test.store.users.remove(user.id);
      expect(await identities.find(identity)).toBeUndefined();
      const successor = await addUser(identity);
      expect((await identities.find(identity))?.id).toBe(successor.id);
    });
  });
}
