import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRepository } from '@turnpike/core';
import { createAccounts, type TestAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';
import { readEntries } from '../testing/read-ledger.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

const DAY_MS = 24 * 3600 * 1000;

/** What `LedgerRepository` promises about changes of balances that are not usage, and the proof of the books. */
export function describeLedgerEdits(opened: () => OpenLedger): void {
  describe('edits', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

    it('adds quota with its entry, and refuses the same reference twice', async () => {
      const { user } = await createAccounts(test.store);
      const entry = {
        account: { kind: 'user', id: user.id } as const,
        delta: 500,
        reason: 'top-up',
        reference: `top-up:${user.id}`,
      };

      const balance = await ledger.addQuota(entry);

      expect(balance).toEqual({ id: user.id, quota: 1500, version: user.quotaVersion + 1 });
      await expect(ledger.addQuota(entry)).rejects.toMatchObject({ code: 'conflict' });
      expect((await test.store.users.findById(user.id))?.quota).toBe(1500);
    });

    it('refuses quota for an account that is not there', async () => {
      const account = { kind: 'token', id: 999_999 } as const;
      const entry = { account, delta: 1, reason: 'top-up', reference: 'nobody' };
      await expect(ledger.addQuota(entry)).rejects.toMatchObject({ code: 'invalid_request' });
      await expect(ledger.setQuota(account, 1, 'edit')).rejects.toMatchObject({ status: 400 });
    });

    it('sets quota with an entry of the difference; the same value changes nothing', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const account = { kind: 'token', id: apiToken.id } as const;

      const first = await ledger.setQuota(account, 250, 'edit', { createdBy: user.id });
      const second = await ledger.setQuota(account, 250, 'edit');

      expect(first).toEqual({ id: apiToken.id, quota: 250, version: apiToken.quotaVersion + 1 });
      expect(second).toEqual(first);
      expect(await readEntries(test, 'token', apiToken.id)).toEqual([
        { delta: 1000, reason: 'created' },
        { delta: -750, reason: 'edit' },
      ]);
    });

    it('does not set quota on a stale version', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const account = { kind: 'user', id: user.id } as const;
      await ledger.applyUsage([makeEvent()]);

      const options = { ifVersion: user.quotaVersion };
      expect(await ledger.setQuota(account, 5, 'edit', options)).toBe('stale');

      const fresh = { ifVersion: user.quotaVersion + 1 };
      expect(await ledger.setQuota(account, 5, 'edit', fresh)).toMatchObject({ quota: 5 });
    });

    it('keeps balances exact while they are edited and charged at once', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const account = { kind: 'user', id: user.id } as const;

      await Promise.all([
        ...Array.from({ length: 20 }, () => ledger.applyUsage([makeEvent({ quota: 1 })])),
        ...Array.from({ length: 10 }, (_, index) =>
          ledger.addQuota({ account, delta: 10, reason: 'gift', reference: `${user.id}:${index}` }),
        ),
        ledger.setQuota({ kind: 'token', id: apiToken.id }, 5000, 'edit'),
        test.store.apiTokens.update(apiToken.id, user.id, { unlimitedQuota: true }),
        test.store.apiTokens.update(apiToken.id, user.id, { unlimitedQuota: false }),
      ]);

      expect((await test.store.users.findById(user.id))?.quota).toBe(1000 - 20 + 100);
    });

    it('finds a balance that somebody else changed', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      await test.database.knex('users').where({ id: user.id }).update({ quota: 1001 });
      await test.database.knex('tokens').where({ id: apiToken.id }).update({ remain_quota: 3 });

      const { mismatches } = await ledger.verify();

      expect(mismatches).toEqual([
        { account: { kind: 'user', id: user.id }, balance: 1001, expected: 1000 },
        { account: { kind: 'token', id: apiToken.id }, balance: 3, expected: 1000 },
      ]);
      expect(await test.store.bookExternalChanges()).toEqual([
        { account: { kind: 'user', id: user.id }, delta: 1 },
        { account: { kind: 'token', id: apiToken.id }, delta: -997 },
      ]);
    });

    it('verifies page by page what it verifies as a whole', async () => {
      const many = await Promise.all(Array.from({ length: 5 }, () => createAccounts(test.store)));
      const [first, , third] = many as [TestAccounts, TestAccounts, TestAccounts];
      await ledger.applyUsage(many.map(({ makeEvent }) => makeEvent()));
      const { knex } = test.database;
      await knex('users').where({ id: third.user.id }).update({ quota: 7 });
      await knex('tokens').where({ id: first.apiToken.id }).update({ remain_quota: 8 });

      const found = [];
      for (const kind of ['user', 'token'] as const) {
        let checked = 0;
        for (let after: number | undefined = 0; after !== undefined;) {
          const page = await ledger.verifyPage(kind, after, 2);
          expect(page.checked).toBeLessThanOrEqual(2);
          checked += page.checked;
          found.push(...page.mismatches);
          after = page.lastId;
        }
        expect(checked).toBeGreaterThanOrEqual(5);
      }

      expect(found).toEqual((await ledger.verify()).mismatches);
      expect(found).toHaveLength(2);
      await test.store.bookExternalChanges();
    });

    it('finds a request whose log row is missing, unless it was cleared away', async () => {
      const { makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ at: testNow - 10 * DAY_MS });
      await ledger.applyUsage([event]);
      await test.database.knex('logs').where({ request_id: event.requestId }).delete();

      expect((await ledger.verify()).requestsWithoutLog).toBe(1);

      await test.store.requestLogs.removeBefore(Math.floor(event.at / 1000) + 1);
      expect((await ledger.verify()).requestsWithoutLog).toBe(0);
    });
  });
}
