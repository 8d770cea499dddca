import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UsageStatistics } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

const DAY_MS = 86_400_000;
const midnight = testNow - (testNow % DAY_MS);
const tokens = { promptTokens: 10, completionTokens: 5 };

export function describeUsageStatistics(name: string, open: () => Promise<TestStore>): void {
  describe(`UsageStatistics (${name})`, () => {
    let test: TestStore;
    let statistics: UsageStatistics;
    beforeAll(async () => {
      test = await open();
      statistics = test.store.usageStatistics;
    });
    afterAll(() => test.close());

    it('adds up by hour or by day and model, for one user or for all', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const other = await createAccounts(test.store);
      const at = midnight + 10 * DAY_MS;
      await test.store.ledgerRepository.applyUsage([
        makeEvent({ at, quota: 1 }),
        makeEvent({ at: at + 3_599_999, quota: 2 }),
        makeEvent({ at: at + 3_600_000, quota: 4 }),
        makeEvent({ at: at + 3_600_000, quota: 8, billedModel: 'z' }),
        other.makeEvent({ at, quota: 16 }),
      ]);
      const from = at / 1000;
      const own = { userId: user.id, from, to: from + 3600 };
      const twice = { promptTokens: 20, completionTokens: 10 };

      expect(await statistics.byHour(own)).toEqual([
        { hour: from, modelName: 'gpt-4o', requests: 2, quota: 3, ...twice },
        { hour: from + 3600, modelName: 'gpt-4o', requests: 1, quota: 4, ...tokens },
        { hour: from + 3600, modelName: 'z', requests: 1, quota: 8, ...tokens },
      ]);
      expect((await statistics.byHour({ from, to: from })).map(({ quota }) => quota)).toEqual([19]);
      expect(await statistics.byDay(own)).toMatchObject([
        { hour: from, modelName: 'gpt-4o', requests: 3, quota: 7 },
        { hour: from, modelName: 'z', requests: 1, quota: 8 },
      ]);
      expect(await statistics.byHour({ ...own, userId: 999_999 })).toEqual([]);
    });

    it('tells the days of a user, before and after hours were added up', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const later = midnight + 20 * DAY_MS;
      await test.store.ledgerRepository.applyUsage([
        makeEvent({ at: midnight - 1, quota: 1 }),
        makeEvent({ at: midnight, quota: 2 }),
        makeEvent({ at: testNow, quota: 4 }),
        makeEvent({ at: testNow + 2 * 3_600_000, quota: 16 }),
        makeEvent({ at: midnight, quota: 8, billedModel: 'z' }),
        makeEvent({ at: later, quota: 32 }),
      ]);
      await test.store.drainLogOutbox();
      const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 10);
      const sums = (rows: Awaited<ReturnType<UsageStatistics['dayStats']>>) =>
        rows.map(({ Day, ModelName, RequestCount, Quota, PromptTokens }) => [
          Day,
          ModelName,
          RequestCount,
          Quota,
          PromptTokens,
        ]);

      const rows = await statistics.dayStats(user.id, midnight / 1000);
      const today = rows.filter(({ Day }) => Day === dayOf(midnight));
      const evening = dayOf(testNow + 2 * 3_600_000) === dayOf(midnight) ? 16 : 0;
      expect(today).toMatchObject([
        { ModelName: 'gpt-4o', Quota: 6 + evening },
        { ModelName: 'z', Quota: 8, RequestCount: 1, PromptTokens: 10, CompletionTokens: 5 },
      ]);
      expect(sums(rows).at(-1)).toEqual([dayOf(later), 'gpt-4o', 1, 32, 10]);
      const all = await statistics.dayStats(user.id, midnight / 1000 - 86_400);
      expect(sums(all)[0]).toEqual([dayOf(midnight - 1), 'gpt-4o', 1, 1, 10]);
      expect(all.reduce((sum, { Quota }) => sum + Quota, 0)).toBe(63);

      // What was added up stays when log rows go.
      await test.store.requestLogs.removeBefore((later + DAY_MS) / 1000);
      expect(sums(await statistics.dayStats(user.id, midnight / 1000)).at(-1)).toEqual([
        dayOf(later),
        'gpt-4o',
        1,
        32,
        10,
      ]);
      expect(await statistics.dayStats(999_999, 0)).toEqual([]);
    });
  });
}
