import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { logTypes, type LogFilter, type RequestLogRepository } from '@turnpike/core';
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

    /** By the connection of the test: the log database may be another one. */
    async function insertMany(row: Record<string, unknown>, count: number): Promise<void> {
      const knex = test.logDatabase.knex;
      for (let left = count; left > 0; left -= 400)
        await knex('logs').insert(Array.from({ length: Math.min(left, 400) }, () => row));
    }

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

    it('counts requests and tokens of the last minute, whatever times a filter names', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const usage = {
        input: { uncached: 100, cacheRead: 20, cacheWrite: 0 },
        output: { text: 7, reasoning: 0 },
        source: 'reported' as const,
      };
      const events = [0, 59_000, 61_000].map((ago) => makeEvent({ at: testNow - ago, usage }));
      await test.store.ledgerRepository.applyUsage(events);
      await test.store.drainLogOutbox();
      await logs.add({ type: logTypes.topUp, content: 'top-up', user_id: user.id });

      expect(await logs.countLastMinute({ userId: user.id, endTimestamp: 5 })).toEqual({
        requests: 2,
        tokens: 254,
      });
      expect(await logs.countLastMinute({ userId: user.id, modelName: 'another' })).toEqual({
        requests: 0,
        tokens: 0,
      });
    });

    it('searches by type, or by how the content begins', async () => {
      const user_id = 777;
      await logs.add({ type: logTypes.manage, content: '100% of it', user_id });
      await logs.add({ type: logTypes.system, content: '3 gifts', user_id });
      const search = async (keyword: string) =>
        (await logs.search(keyword, { userId: user_id }, { offset: 0, limit: 10 })).map(
          ({ content }) => content,
        );

      expect(await search('3')).toEqual(['3 gifts', '100% of it']);
      const second = await logs.search('3', { userId: user_id }, { offset: 1, limit: 1 });
      expect(second.map(({ content }) => content)).toEqual(['100% of it']);
      expect(await logs.search('3', { userId: user_id }, { offset: 1, limit: 0 })).toEqual([]);
      expect(await search('100%')).toEqual(['100% of it']);
      expect(await search('1%')).toEqual([]);
      expect(await search('')).toEqual(['3 gifts', '100% of it']);
      const long = 'a text that is longer than what an index holds';
      await logs.add({ type: logTypes.system, content: `${long} 1`, user_id });
      await logs.add({ type: logTypes.system, content: `${long} 2`, user_id });
      expect(await search(`${long} 1`)).toEqual([`${long} 1`]);
      expect(await search(long.slice(0, 10))).toHaveLength(2);
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

    it('writes refused and failed requests, many at once', async () => {
      const requests = Array.from({ length: 150 }, (_, index) => ({
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
      }));

      await logs.addFailed(requests);

      const rows = await logs.list({ userId: 888 }, { offset: 0, limit: 200 });
      expect(rows).toHaveLength(150);
      expect(rows[0]).toMatchObject({
        type: logTypes.error,
        content: '503 no_channel_available: No channel.',
        model_name: 'm',
        is_stream: true,
      });
    });

    it('reads page after page without a gap or a row twice, and counts what there is', async () => {
      const user_id = 4141;
      for (let index = 0; index < 7; index += 1)
        await logs.add({
          type: index % 2 === 0 ? logTypes.topUp : logTypes.manage,
          content: String(index),
          user_id,
          created_at: 4_000_000 + Math.floor(index / 3), // several in one second
        });
      const first = { offset: 0, limit: 2, sort: 'newest', direction: 'desc' } as const;

      const seen: string[] = [];
      for (let cursor: string | undefined; seen.length < 20;) {
        const page = await logs.page({ userId: user_id }, { ...first, ...(cursor && { cursor }) });
        seen.push(...page.rows.map(({ content }) => content));
        if (cursor === undefined) expect(page.total).toEqual({ count: 7, isCapped: false });
        else await logs.add({ type: logTypes.topUp, content: 'late', user_id });
        cursor = page.nextCursor;
        if (cursor === undefined) break;
      }

      expect(seen).toEqual(['6', '5', '4', '3', '2', '1', '0']);
      const filter = { userId: user_id, type: logTypes.manage, endTimestamp: 4_000_001 };
      const page = await logs.page(filter, { ...first, direction: 'asc' });
      expect(page).toMatchObject({ total: { count: 3, isCapped: false } });
      expect(page.rows.map(({ content }) => content)).toEqual(['1', '3']);
    });

    it('refuses the cursor of another list', async () => {
      const first = { offset: 0, limit: 1, sort: 'newest', direction: 'desc' } as const;
      const { nextCursor: cursor = '' } = await logs.page({}, first);

      await expect(logs.page({ userId: 4141 }, { ...first, cursor })).rejects.toMatchObject({
        code: 'invalid_parameter',
      });
    });

    it('counts to ten thousand and no further, nor among too many others', async () => {
      const user_id = 5151;
      const row = { user_id, created_at: 5_000_000, type: 2, content: '', model_name: 'often' };
      await insertMany({ ...row, username: 'many', token_name: '', quota: 1 }, 10_200);
      await logs.add({ ...row, type: 4, model_name: 'once' });
      const first = { offset: 0, limit: 1, sort: 'newest', direction: 'desc' } as const;
      const countOf = async (filter: LogFilter) => (await logs.page(filter, first)).total;

      expect(await countOf({ userId: user_id })).toEqual({ count: 10_001, isCapped: true });
      expect(await countOf({ userId: user_id, modelName: 'often' })).toEqual({
        count: 10_001,
        isCapped: true,
      });
      expect(await countOf({ userId: user_id, modelName: 'once' })).toEqual({
        count: 1,
        isCapped: false,
      });
    });

    it('hands out every row in portions', async () => {
      const ids = new Set<number>();
      let last = Infinity;
      for await (const rows of logs.read({ userId: 5151 })) {
        expect(rows.length).toBeLessThanOrEqual(500);
        for (const { id, created_at: at } of rows) {
          if (at === 5_000_000) expect(id).toBeLessThan(last);
          if (at === 5_000_000) last = id;
          ids.add(id);
        }
      }

      expect(ids.size).toBe(10_201);
    });

    it('clears away what is older than a moment', async () => {
      for (const age of [100, 200, 300]) {
        await logs.add({ type: 4, content: 'x', user_id: 555, created_at: 1_000_000 - age });
      }

      expect(await logs.removeBefore(1_000_000 - 200)).toBe(1);
      expect(await logs.list({ userId: 555 }, page)).toHaveLength(2);
      const stopped = AbortSignal.abort();
      expect(await logs.removeBefore(1_000_000, stopped)).toBe(0);
      expect(await logs.removeBefore(1_000_000)).toBe(2);
    });
  });
}
