import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logTypes, type RequestLogRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

const NOW = Math.floor(testNow / 1000);
const page = { offset: 0, limit: 10 };

export function describeRequestLogRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`RequestLogRepository (${name})`, () => {
    let test: TestStore;
    let logs: RequestLogRepository;

    beforeAll(async () => {
      test = await open();
      logs = test.store.requestLogs;
    });
    afterAll(() => test.close());

    it('lists newest first by every filter, and sums what was charged', async () => {
      const { user, channel, makeEvent } = await createAccounts(test.store);
      const events = [1, 2, 3].map((quota) =>
        makeEvent({ quota, at: testNow - quota * 10_000, billedModel: `m${quota}` }),
      );
      await test.store.ledgerRepository.applyUsage(events);
      await test.store.drainLogOutbox();
      await logs.add({ type: logTypes.topUp, content: 'top-up', user_id: user.id, quota: 500 });
      const userId = user.id;

      expect((await logs.list({ userId }, page)).map(({ type, quota }) => [type, quota])).toEqual(
        expect.arrayContaining([
          [1, 500],
          [2, 1],
          [2, 2],
          [2, 3],
        ]),
      );
      for (const filter of [
        { requestId: events[1]!.requestId },
        { userId, modelName: 'm2' },
        { userId, startTimestamp: NOW - 20, endTimestamp: NOW - 20 },
        { username: user.username, channel: channel.id, tokenName: 'default', modelName: 'm2' },
      ]) {
        expect((await logs.list(filter, page)).map(({ quota }) => quota)).toEqual([2]);
        expect(await logs.sumQuota(filter)).toBe(2);
      }
      expect(await logs.sumQuota({ userId })).toBe(6);
      expect(await logs.sumQuota({ userId, type: logTypes.topUp })).toBe(6);
      expect(await logs.sumQuota({ userId: 999_999 })).toBe(0);
      expect(await logs.list({ userId, type: 0 }, { offset: 3, limit: 10 })).toHaveLength(1);
    });

    it('searches by type, or by how the content begins', async () => {
      const user_id = 777;
      await logs.add({ type: logTypes.manage, content: '100% of it', user_id });
      await logs.add({ type: logTypes.system, content: '3 gifts', user_id });
      const search = async (keyword: string) =>
        (await logs.search(keyword, { userId: user_id }, 10)).map(({ content }) => content);

      expect(await search('3')).toEqual(['3 gifts', '100% of it']);
      expect(await search('100%')).toEqual(['100% of it']);
      expect(await search('1%')).toEqual([]);
    });

    it('fills in the moment and zero values of a row', async () => {
      await logs.add({ type: logTypes.test, content: 'probe', channel: 4, username: 'nobody' });

      const [row] = await logs.list({ type: logTypes.test }, page);
      expect(row).toMatchObject({
        user_id: 0,
        created_at: NOW,
        type: 5,
        channel: 4,
        quota: 0,
        is_stream: false,
        request_id: '',
      });
    });

    it('writes refused and failed requests in the background, many at once', async () => {
      const { failedRequestLog } = test.store;
      for (let index = 0; index < 150; index += 1) {
        failedRequestLog.record({
          requestId: `failed-${index}`,
          at: testNow,
          userId: 888,
          username: 'u',
          apiTokenName: 't',
          channelId: 0,
          model: 'm\0',
          code: 'no_channel_available',
          status: 503,
          message: 'No channel.\0',
          durationMs: 3,
          isStream: true,
        });
      }

      await failedRequestLog.close();

      const rows = await logs.list({ userId: 888 }, { offset: 0, limit: 200 });
      expect(rows).toHaveLength(150);
      expect(rows[0]).toMatchObject({
        type: logTypes.error,
        content: '503 no_channel_available: No channel.',
        model_name: 'm',
        is_stream: true,
      });
    });

    it('adds up own consumption by UTC day and model', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const midnight = testNow - (testNow % 86_400_000);
      await test.store.ledgerRepository.applyUsage([
        makeEvent({ at: midnight - 1, quota: 1 }),
        makeEvent({ at: midnight, quota: 2 }),
        makeEvent({ at: midnight + 1000, quota: 4 }),
        makeEvent({ at: midnight, quota: 8, billedModel: 'z' }),
      ]);
      await test.store.drainLogOutbox();
      const day = new Date(midnight).toISOString().slice(0, 10);
      const counts = { RequestCount: 1, PromptTokens: 10, CompletionTokens: 5 };

      expect(await logs.dayStats(user.id, midnight / 1000)).toEqual([
        {
          Day: day,
          ModelName: 'gpt-4o',
          RequestCount: 2,
          Quota: 6,
          PromptTokens: 20,
          CompletionTokens: 10,
        },
        { Day: day, ModelName: 'z', Quota: 8, ...counts },
      ]);
      const all = await logs.dayStats(user.id, midnight / 1000 - 1);
      expect(all[0]).toEqual({
        Day: new Date(midnight - 1).toISOString().slice(0, 10),
        ModelName: 'gpt-4o',
        Quota: 1,
        ...counts,
      });
      expect(await logs.dayStats(999_999, 0)).toEqual([]);
    });

    it('clears away what is older than a moment', async () => {
      for (const age of [100, 200, 300]) {
        await logs.add({ type: 4, content: 'x', user_id: 555, created_at: 1_000_000 - age });
      }

      expect(await logs.removeBefore(1_000_000 - 200)).toBe(1);
      expect(await logs.list({ userId: 555 }, page)).toHaveLength(2);
      expect(await logs.removeBefore(1_000_000)).toBe(2);
    });
  });
}
