import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionRecord, User, UserChange } from '@turnpike/core';
import { makeNewUser } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

/** Every promise of `SessionRepository`, and what `UserRepository` promises about sessions. */
export function describeSessionRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`SessionRepository (${name})`, () => {
    let test: TestStore;
    let user: User;
    beforeAll(async () => {
      test = await open();
    });
    afterAll(() => test.close());

    async function begin(fields: Partial<SessionRecord> = {}): Promise<string> {
      const idHash = randomBytes(32).toString('hex');
      await test.store.sessions.create({
        idHash,
        userId: 0,
        fingerprint: '',
        hasPassedTurnstile: false,
        createdAt: testNow,
        expiresAt: testNow + 1000,
        ...fields,
      });
      return idHash;
    }
    async function beginAsUser(): Promise<string> {
      user = await test.store.users.create(makeNewUser());
      return begin({ userId: user.id, fingerprint: 'f' });
    }
    const isEnded = async (idHash: string) => (await test.store.sessions.find(idHash))?.isEnded;

    it('finds a session as it began, until it is removed', async () => {
      const idHash = await begin({ userId: 7, fingerprint: 'abc' });
      const expected = {
        ...{ idHash, userId: 7, fingerprint: 'abc', isEnded: false, hasPassedTurnstile: false },
        createdAt: testNow,
        expiresAt: testNow + 1000,
      };
      expect(await test.store.sessions.find(idHash)).toEqual(expected);

      await test.store.sessions.markTurnstilePassed(idHash);
      expect(await test.store.sessions.find(idHash)).toEqual({
        ...expected,
        hasPassedTurnstile: true,
      });

      await test.store.sessions.remove(idHash);
      expect(await test.store.sessions.find(idHash)).toBeUndefined();
    });

    it.each<[string, UserChange]>([
      ['password', { passwordHash: '$2a$10$another' }],
      ['role', { role: 10 }],
      ['status', { status: 2 }],
    ])('ends with a change of the %s', async (_what, change) => {
      const [idHash, other] = [await beginAsUser(), await begin({ userId: 999_999 })];
      await test.store.users.update(user.id, change);
      expect([await isEnded(idHash), await isEnded(other)]).toEqual([true, false]);
    });

    it('goes on after a change of anything else', async () => {
      const idHash = await beginAsUser();
      await test.store.users.update(user.id, { displayName: 'x', email: 'x@example.com' });
      expect(await isEnded(idHash)).toBe(false);
    });

    it('ends with the account, and on demand', async () => {
      const first = await beginAsUser();
      await test.store.users.remove(user.id);
      const second = await beginAsUser();
      await test.store.sessions.endAll(user.id);
      expect([await isEnded(first), await isEnded(second)]).toEqual([true, true]);
    });

    it('is pruned once it expired', async () => {
      const [old, fresh] = [await begin({ expiresAt: 5 }), await begin()];
      expect(await test.store.sessions.prune(testNow)).toBe(1);
      expect(await test.store.sessions.find(old)).toBeUndefined();
      expect(await test.store.sessions.find(fresh)).toBeDefined();
    });
  });
}
