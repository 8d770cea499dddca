import { beforeAll, describe, expect, it } from '@jest/globals';
import { utcDayOf, type LedgerRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

const DAY_MS = 24 * 3600 * 1000;
const TODAY = utcDayOf(testNow);

/** What `LedgerRepository` promises about budgets for a day and a month. */
export function describeLedgerBudgets(opened: () => OpenLedger): void {
  describe('budgets', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

    it('counts what a user and a token with a budget spend in a day and a month', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        apiToken: { limits: { quotaPerDay: 100 } },
      });
      await test.store.users.update(user.id, { limits: { quotaPerMonth: 1000 } });
      const at = testNow;

      const first = await ledger.applyUsage([
        makeEvent({ quota: 30, at }),
        makeEvent({ quota: 5, at }),
        makeEvent({ quota: 2, at: at - DAY_MS }),
        makeEvent({ quota: 1, at: at - 33 * DAY_MS }),
      ]);

      // The day before is in the same month; the moment of the tests is in the middle of one.
      const spend = { day: TODAY, dayQuota: 35, monthQuota: 37 };
      expect(first.users).toMatchObject([{ id: user.id, quota: 962, spend }]);
      expect(first.apiTokens).toMatchObject([{ id: apiToken.id, quota: 962, spend }]);
      const next = await ledger.applyUsage([makeEvent({ quota: 3, at: at + DAY_MS })]);
      const after = { day: TODAY + 1, dayQuota: 3, monthQuota: 40 };
      expect(next.users).toMatchObject([{ quota: 959, spend: after }]);
      expect(await ledger.readBalances([user.id], [apiToken.id])).toMatchObject({
        users: [{ spend: after }],
        apiTokens: [{ spend: after }],
      });
    });

    it('tells of it with the user and the token, and nothing where there is no budget', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        apiToken: { limits: { quotaPerDay: 100 } },
      });
      await ledger.applyUsage([makeEvent({ quota: 30 })]);
      const spend = { day: TODAY, dayQuota: 30, monthQuota: 30 };
      const page = { limit: 1, offset: 0, sort: 'id', direction: 'desc' } as const;

      expect(await test.store.apiTokens.find(apiToken.id, user.id)).toMatchObject({ spend });
      expect((await test.store.apiTokens.page({ userId: user.id }, page)).rows).toMatchObject([
        { spend },
      ]);
      expect(await test.store.users.findById(user.id)).not.toHaveProperty('spend');
      await test.store.users.update(user.id, { limits: { quotaPerMonth: 100 } });
      expect(await test.store.users.findById(user.id)).toMatchObject({ spend });
    });

    it('counts usage that arrives late in its own day and month only', async () => {
      const { makeEvent } = await createAccounts(test.store, {
        apiToken: { limits: { quotaPerDay: 100 } },
      });
      await ledger.applyUsage([makeEvent({ quota: 30 })]);

      const late = await ledger.applyUsage([
        makeEvent({ quota: 4, at: testNow - DAY_MS }),
        makeEvent({ quota: 7, at: testNow - 33 * DAY_MS }),
      ]);

      expect(late.apiTokens).toMatchObject([
        { spend: { day: TODAY, dayQuota: 30, monthQuota: 34 } },
      ]);
    });

    it('tells the spend of an unlimited token that has a budget, and nothing of one that has none', async () => {
      const budgeted = await createAccounts(test.store, {
        apiToken: { unlimitedQuota: true, remainQuota: 0, limits: { quotaPerDay: 50 } },
      });
      const free = await createAccounts(test.store, {
        apiToken: { unlimitedQuota: true, remainQuota: 0 },
      });
      const events = [budgeted.makeEvent({ quota: 30 }), free.makeEvent({ quota: 30 })];

      const applied = await ledger.applyUsage(events);

      const { id } = budgeted.apiToken;
      const spend = { day: TODAY, dayQuota: 30, monthQuota: 30 };
      expect(applied.apiTokens).toMatchObject([{ id, quota: 0, spend }]);
      expect(applied.users.map((balance) => balance.spend)).toEqual([undefined, undefined]);
      expect((await ledger.applyUsage(events)).apiTokens).toEqual(applied.apiTokens);
      const read = await ledger.readBalances([], [id, free.apiToken.id]);
      expect(read.apiTokens).toEqual(applied.apiTokens);
    });

    it('begins a new budget with what was used in its day and month already', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      await ledger.applyUsage([
        makeEvent({ quota: 30 }),
        makeEvent({ quota: 4, at: testNow - DAY_MS }),
        makeEvent({ quota: 7, at: testNow - 33 * DAY_MS }),
      ]);
      const [before] = (await ledger.readBalances([], [apiToken.id])).apiTokens;

      await test.store.apiTokens.update(apiToken.id, user.id, { limits: { quotaPerDay: 40 } });
      await test.store.users.update(user.id, { limits: { quotaPerDay: 40 } });

      const spend = { day: TODAY, dayQuota: 30, monthQuota: 34 };
      const { users, apiTokens } = await ledger.readBalances([user.id], [apiToken.id]);
      expect(users).toMatchObject([{ quota: 959, spend }]);
      expect(apiTokens).toMatchObject([{ quota: 959, spend, version: before!.version + 1 }]);
    });

    it('keeps counting when a budget is changed, and ends with the last one', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        apiToken: { limits: { quotaPerDay: 100 } },
      });
      await ledger.applyUsage([makeEvent({ quota: 30 })]);
      const setLimits = (limits: object) =>
        test.store.apiTokens.update(apiToken.id, user.id, { limits });
      const read = async () => (await ledger.readBalances([], [apiToken.id])).apiTokens[0]?.spend;

      await setLimits({ quotaPerMonth: 500, concurrency: 2 });
      expect(await read()).toEqual({ day: TODAY, dayQuota: 30, monthQuota: 30 });

      await setLimits({ concurrency: 2 });
      expect(await read()).toBeUndefined();
    });

    it('hands spends to relays together with the balance', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        apiToken: { limits: { quotaPerDay: 100 } },
      });
      await ledger.applyUsage([makeEvent({ quota: 30 })]);

      const read = await test.store.accountSource.read({
        userIds: [user.id],
        apiTokenIds: [apiToken.id],
      });

      expect(read.users[0]!.spend).toBeUndefined();
      expect(read.apiTokens[0]).toMatchObject({
        limits: { quotaPerDay: 100 },
        spend: { day: TODAY, dayQuota: 30, monthQuota: 30 },
      });
    });
  });
}
