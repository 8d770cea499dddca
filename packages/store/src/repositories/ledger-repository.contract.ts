import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { logTypes, type LedgerRepository, type RequestLogRow } from '@turnpike/core';
import { createAccounts, type TestAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Every promise of `LedgerRepository`. After each test the whole ledger must add up. */
export function describeLedgerRepository(
  name: string,
  open: () => Promise<TestStore>,
  pick: (test: TestStore) => LedgerRepository = (test) => test.store.ledgerRepository,
): void {
  describe(`LedgerRepository (${name})`, () => {
    let test: TestStore;
    let ledger: LedgerRepository;

    beforeAll(async () => {
      test = await open();
      ledger = pick(test);
    });
    afterEach(async () => {
      test.switches.isConsumptionLogged = true;
      const { mismatches, requestsWithoutLog } = await ledger.verify();
      expect({ mismatches, requestsWithoutLog }).toEqual({ mismatches: [], requestsWithoutLog: 0 });
    });
    afterAll(() => test.close());

    async function readState(ids: { user: number; apiToken: number; channel: number }) {
      const { store } = test;
      const user = await store.users.findById(ids.user);
      const apiToken = await store.apiTokens.find(ids.apiToken, ids.user);
      const channel = await store.channels.find(ids.channel);
      return {
        quota: user?.quota,
        usedQuota: user?.usedQuota,
        requestCount: user?.requestCount,
        remainQuota: apiToken?.remainQuota,
        tokenUsedQuota: apiToken?.usedQuota,
        accessedTime: apiToken?.accessedTime,
        channelUsedQuota: channel?.usedQuota,
      };
    }

    function readLogs(userId: number): Promise<readonly RequestLogRow[]> {
      return test.store.requestLogs.list({ userId }, { offset: 0, limit: 1000 });
    }

    async function readEntries(kind: string, id: number) {
      const rows = (await test.database
        .knex('quota_entries')
        .where({ account_kind: kind, account_id: id })
        .orderBy('id')) as { delta: number; reason: string; reference: string }[];
      return rows.map(({ delta, reason }) => ({ delta, reason }));
    }

    it('charges user, token and channel, and counts the request', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });

      const applied = await ledger.applyUsage([event]);

      expect(applied).toEqual({
        charged: 1,
        repeated: 0,
        users: [{ id: user.id, quota: 970, version: user.quotaVersion + 1 }],
        apiTokens: [{ id: apiToken.id, quota: 970, version: apiToken.quotaVersion + 1 }],
      });
      expect(
        await readState({ user: user.id, apiToken: apiToken.id, channel: channel.id }),
      ).toEqual({
        quota: 970,
        usedQuota: 30,
        requestCount: 1,
        remainQuota: 970,
        tokenUsedQuota: 30,
        accessedTime: Math.max(apiToken.accessedTime, event.at / 1000),
        channelUsedQuota: 30,
      });
    });

    it('writes a log row like One API, in the same transaction', async () => {
      const { user, channel, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({
        isStream: true,
        endState: 'client-aborted',
        writtenOff: 7,
        usage: {
          input: { uncached: 10, cacheRead: 4, cacheWrite: 2 },
          output: { text: 5, reasoning: 3 },
          source: 'estimated',
        },
      });

      await ledger.applyUsage([event]);

      const [row] = await readLogs(user.id);
      expect(row).toEqual({
        id: expect.any(Number),
        user_id: user.id,
        created_at: event.at / 1000,
        type: logTypes.consume,
        content: '倍率：1.25 × 1.00 × 4.00 · usage estimated · client-aborted · written off 7',
        username: user.username,
        token_name: 'default',
        model_name: 'gpt-4o',
        quota: 30,
        prompt_tokens: 16,
        completion_tokens: 8,
        channel: channel.id,
        request_id: event.requestId,
        elapsed_time: 340,
        is_stream: true,
        system_prompt_reset: false,
      });
    });

    it('charges an event delivered twice only once, and tells the balance again', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent();
      const first = await ledger.applyUsage([event]);

      const second = await ledger.applyUsage([event]);

      expect(second).toEqual({ ...first, charged: 0, repeated: 1 });
      expect(second.users).toEqual([{ id: user.id, quota: 970, version: expect.any(Number) }]);
      expect(second.apiTokens).toEqual([
        { id: apiToken.id, quota: 970, version: expect.any(Number) },
      ]);
      expect(await readLogs(user.id)).toHaveLength(1);
    });

    it('charges an event that is in one batch twice only once', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const event = makeEvent();

      const applied = await ledger.applyUsage([event, makeEvent(), event]);

      expect(applied).toMatchObject({ charged: 2, repeated: 1 });
      expect(await readLogs(user.id)).toHaveLength(2);
    });

    it('charges overlapping batches that arrive at once exactly once', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store, {
        user: { quota: 100_000 },
        apiToken: { remainQuota: 100_000 },
      });
      const others = await createAccounts(test.store);
      const events = Array.from({ length: 60 }, (_, index) =>
        (index % 3 === 0 ? others.makeEvent : makeEvent)({ quota: 1 + index }),
      );
      const batches = [0, 1, 2, 3, 4, 5].map((turn) => {
        const part = events.slice(turn * 8, turn * 8 + 20);
        return turn % 2 === 0 ? part : part.reverse();
      });

      const results = await Promise.all(batches.map((batch) => ledger.applyUsage(batch)));

      expect(results.reduce((sum, { charged }) => sum + charged, 0)).toBe(60);
      const own = events.filter(({ userId }) => userId === user.id);
      const sum = own.reduce((total, { quota }) => total + quota, 0);
      const state = await readState({ user: user.id, apiToken: apiToken.id, channel: channel.id });
      expect(state).toMatchObject({
        quota: 100_000 - sum,
        remainQuota: 100_000 - sum,
        requestCount: own.length,
        channelUsedQuota: sum,
      });
    });

    it('applies a batch of 500 events of many users', async () => {
      const many = await Promise.all(
        Array.from({ length: 5 }, () => createAccounts(test.store, { user: { quota: 5000 } })),
      );
      const events = Array.from({ length: 500 }, (_, index) =>
        many[index % 5]!.makeEvent({ quota: 3 }),
      );

      const applied = await ledger.applyUsage(events);

      expect(applied).toMatchObject({ charged: 500, repeated: 0 });
      const ids = many.map(({ user }) => user.id).sort((a, b) => a - b);
      const balances = [...applied.users].sort((a, b) => a.id - b.id);
      expect(balances.map(({ id, quota }) => ({ id, quota }))).toEqual(
        ids.map((id) => ({ id, quota: 4700 })),
      );
    });

    it('applies many batches in one transaction', async () => {
      const { user, makeEvent } = await createAccounts(test.store, { user: { quota: 5000 } });
      const events = Array.from({ length: 1300 }, () => makeEvent({ quota: 1 }));

      expect(await ledger.applyUsage(events)).toMatchObject({
        charged: 1300,
        users: [{ id: user.id, quota: 3700 }],
      });
      expect(await ledger.applyUsage(events)).toMatchObject({ charged: 0, repeated: 1300 });
    });

    it('keeps texts as they are, whatever is in them', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const names = ['a"b\\c', '{x,y}', 'NULL', '', "o'hara ? $1 :name", '模型 😀\n\t'];

      await ledger.applyUsage(
        names.map((name) => makeEvent({ billedModel: name, apiTokenName: name })),
      );

      const rows = await readLogs(user.id);
      expect(rows.map((row) => [row.model_name, row.token_name]).sort()).toEqual(
        names.map((name) => [name, name]).sort(),
      );
      const hours = (await test.database
        .knex('usage_hourly')
        .select('model_name')
        .where({ user_id: user.id })) as { model_name: string }[];
      expect(hours.map((row) => row.model_name).sort()).toEqual([...names].sort());
    });

    it('counts the usage of an unlimited token without touching its balance', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store, {
        apiToken: { unlimitedQuota: true, remainQuota: -1 },
      });

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied.apiTokens).toEqual([]);
      expect(
        await readState({ user: user.id, apiToken: apiToken.id, channel: channel.id }),
      ).toMatchObject({ quota: 970, remainQuota: -1, tokenUsedQuota: 30 });
    });

    it('adds up for a token that was limited, then unlimited, then limited again', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const inFlight = makeEvent({ quota: 5 });
      await ledger.applyUsage([makeEvent()]);
      await test.store.apiTokens.update(apiToken.id, user.id, { unlimitedQuota: true });
      await ledger.applyUsage([inFlight, makeEvent({ quota: 100, unlimitedToken: true })]);
      const late = makeEvent({ quota: 7, unlimitedToken: true });

      await test.store.apiTokens.update(apiToken.id, user.id, { unlimitedQuota: false });
      const applied = await ledger.applyUsage([late]);

      expect(applied.apiTokens).toEqual([
        { id: apiToken.id, quota: 970 - 7, version: expect.any(Number) },
      ]);
    });

    it('charges the user although the token or the channel is gone', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      await test.store.apiTokens.remove(apiToken.id, user.id);
      await test.store.channels.remove(channel.id);

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied.users).toMatchObject([{ id: user.id, quota: 970 }]);
      expect(applied.apiTokens).toEqual([]);
      expect(await readLogs(user.id)).toHaveLength(1);
    });

    it('charges the difference once when a real event meets an assumed charge', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      const recovered = makeEvent({ quota: 50, endState: 'recovered' });
      const expired = makeEvent({ quota: 0, endState: 'expired' });
      await ledger.applyUsage([recovered, expired]);

      const real = [
        { ...recovered, quota: 20, endState: 'complete' as const },
        { ...expired, quota: 45, endState: 'complete' as const },
      ];
      await ledger.applyUsage(real);
      const again = await ledger.applyUsage([...real, recovered, expired]);

      expect(again).toMatchObject({ charged: 0, repeated: 4 });
      expect(
        await readState({ user: user.id, apiToken: apiToken.id, channel: channel.id }),
      ).toMatchObject({ quota: 935, usedQuota: 65, requestCount: 2, remainQuota: 935 });
      const logs = await readLogs(user.id);
      expect(logs.reduce((sum, { quota }) => sum + quota, 0)).toBe(65);
    });

    it('charges that difference once when the real event is delivered many times at once', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      const assumed = Array.from({ length: 12 }, (_, index) =>
        makeEvent({ quota: index, endState: index % 2 === 0 ? 'expired' : 'recovered' }),
      );
      await ledger.applyUsage(assumed);
      const real = assumed.map((event) => ({
        ...event,
        quota: 10,
        endState: 'complete' as const,
      }));

      const results = await Promise.all(
        [0, 1, 2, 3].map((turn) =>
          ledger.applyUsage(turn % 2 === 0 ? real : [...real.toReversed(), ...assumed]),
        ),
      );

      expect(results.reduce((sum, { charged }) => sum + charged, 0)).toBe(12);
      expect(
        await readState({ user: user.id, apiToken: apiToken.id, channel: channel.id }),
      ).toMatchObject({ quota: 880, usedQuota: 120, requestCount: 12, remainQuota: 880 });
    });

    it('says which requests were charged, and how', async () => {
      const { makeEvent } = await createAccounts(test.store);
      const [real, expired, recovered, unknown] = [
        makeEvent(),
        makeEvent({ endState: 'expired' }),
        makeEvent({ endState: 'recovered' }),
        makeEvent(),
      ];
      await ledger.applyUsage([real, expired, recovered]);
      const many = Array.from({ length: 1200 }, (_, index) => `nobody-${String(index)}`);

      const kinds = await ledger.findRequests(
        [real, expired, recovered, unknown].map(({ requestId }) => requestId).concat(many),
      );

      expect(new Map(kinds)).toEqual(
        new Map([
          [real.requestId, 'real'],
          [expired.requestId, 'expired'],
          [recovered.requestId, 'recovered'],
        ]),
      );
      expect((await ledger.findRequests([])).size).toBe(0);

      await ledger.applyUsage([{ ...expired, endState: 'complete' }]);
      expect((await ledger.findRequests([expired.requestId])).get(expired.requestId)).toBe('real');
    });

    it('ignores an assumed charge for a request that was really charged', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const event = makeEvent();
      await ledger.applyUsage([event]);

      const applied = await ledger.applyUsage([{ ...event, quota: 999, endState: 'expired' }]);

      expect(applied).toMatchObject({ charged: 0, users: [{ id: user.id, quota: 970 }] });
    });

    it('writes off what a hard budget cannot pay, so that no balance goes below zero', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        user: { quota: 100 },
        apiToken: { remainQuota: 60 },
      });
      const events = [80, 50].map((quota) => makeEvent({ quota, hardBudget: true }));

      const applied = await ledger.applyUsage(events);

      expect(applied.users).toMatchObject([{ id: user.id, quota: 0 }]);
      expect(applied.apiTokens).toMatchObject([{ id: apiToken.id, quota: 0 }]);
      expect(await readEntries('user', user.id)).toEqual([
        { delta: 100, reason: 'created' },
        { delta: 30, reason: 'write-off' },
      ]);
      expect(await readEntries('token', apiToken.id)).toEqual([
        { delta: 60, reason: 'created' },
        { delta: 70, reason: 'write-off' },
      ]);
    });

    it('lets a balance without a hard budget go below zero, and forgives nothing of it', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        user: { quota: 10 },
        apiToken: { remainQuota: 10 },
      });

      await ledger.applyUsage([makeEvent({ quota: 30 })]);
      const applied = await ledger.applyUsage([makeEvent({ quota: 5, hardBudget: true })]);

      expect(applied.users).toMatchObject([{ id: user.id, quota: -20 }]);
      expect(applied.apiTokens).toMatchObject([{ id: apiToken.id, quota: -20 }]);
    });

    it('writes no log row where consumption is not logged, but counts', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      test.switches.isConsumptionLogged = false;

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied).toMatchObject({ charged: 1, users: [{ quota: 970 }] });
      expect(await readLogs(user.id)).toEqual([]);
    });

    it('adds usage up by hour, token, channel and model', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      const hour = testNow - (testNow % 3_600_000);

      await ledger.applyUsage([
        makeEvent({ at: hour, quota: 1 }),
        makeEvent({ at: hour + 1000, quota: 2 }),
        makeEvent({ at: hour, quota: 4, billedModel: 'GPT-4o' }),
      ]);
      await ledger.applyUsage([
        makeEvent({ at: hour + 2000, quota: 8 }),
        makeEvent({ at: hour - 1, quota: 16 }),
      ]);

      const rows = (await test.database
        .knex('usage_hourly')
        .where({ user_id: user.id })
        .orderBy('quota')) as unknown[];
      const key = { user_id: user.id, token_id: apiToken.id, channel_id: channel.id };
      const each = { prompt_tokens: 10, completion_tokens: 5, requests: 1 };
      const now = hour / 1000;
      expect(rows).toEqual([
        { ...key, ...each, hour: now, model_name: 'GPT-4o', quota: 4 },
        {
          ...key,
          hour: now,
          model_name: 'gpt-4o',
          requests: 3,
          prompt_tokens: 30,
          completion_tokens: 15,
          quota: 11,
        },
        { ...key, ...each, hour: now - 3600, model_name: 'gpt-4o', quota: 16 },
      ]);
    });

    it('parks an event that is older than the request ids that are kept', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const old = makeEvent({ at: testNow - 36 * DAY_MS });

      const applied = await ledger.applyUsage([old, makeEvent()]);
      await ledger.applyUsage([old]);

      expect(applied).toMatchObject({ charged: 1, repeated: 0, users: [{ id: user.id }] });
      const parked = await test.store.parkedUsage.list({ offset: 0, limit: 10 });
      expect(parked).toEqual([{ event: old, reason: 'too-old', parkedAt: testNow / 1000 }]);
      await test.store.parkedUsage.remove([old.requestId]);
    });

    it('applies all of a batch or nothing, and refuses amounts that are none', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const good = makeEvent();

      for (const quota of [-1, 1.5, Number.NaN, 2 ** 53]) {
        await expect(ledger.applyUsage([good, makeEvent({ quota })])).rejects.toThrow(/quota/);
      }

      expect(await readLogs(user.id)).toEqual([]);
      expect(await ledger.applyUsage([good])).toMatchObject({ charged: 1 });
    });

    it('bills a request whose names no database would take', async () => {
      const { user, makeEvent } = await createAccounts(test.store);

      await ledger.applyUsage([
        makeEvent({ billedModel: `a\0${'x'.repeat(500)}`, apiTokenName: '😀\ud800' }),
      ]);

      const [row] = await readLogs(user.id);
      expect(row?.model_name).toHaveLength(190);
    });

    it('takes amounts far above 32 bits', async () => {
      const { user, makeEvent } = await createAccounts(test.store, {
        user: { quota: 500_000_000_000_000 },
      });

      await ledger.applyUsage([makeEvent({ quota: 123_456_789_012 })]);

      const applied = await ledger.applyUsage([makeEvent({ quota: 1 })]);
      expect(applied.users).toMatchObject([{ id: user.id, quota: 499_876_543_210_987 }]);
    });

    it('reads balances of users and limited tokens that exist', async () => {
      const { user, apiToken } = await createAccounts(test.store);
      const unlimited = await createAccounts(test.store, { apiToken: { unlimitedQuota: true } });

      const balances = await ledger.readBalances(
        [user.id, 999_999],
        [apiToken.id, unlimited.apiToken.id, 999_999],
      );

      expect(balances).toEqual({
        users: [{ id: user.id, quota: 1000, version: user.quotaVersion }],
        apiTokens: [{ id: apiToken.id, quota: 1000, version: apiToken.quotaVersion }],
      });
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
      expect(await readEntries('token', apiToken.id)).toEqual([
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
