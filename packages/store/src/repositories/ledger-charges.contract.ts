import { beforeAll, describe, expect, it } from '@jest/globals';
import { logTypes, type LedgerRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { type TestStore } from '../testing/open-test-store.ts';
import { readState, readLogs } from '../testing/read-ledger.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

/** What `LedgerRepository` promises about what an event is charged, once. */
export function describeLedgerCharges(opened: () => OpenLedger): void {
  describe('charges', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

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
        await readState(test, { user: user.id, apiToken: apiToken.id, channel: channel.id }),
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

      const [row] = await readLogs(test, user.id);
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
      expect(await readLogs(test, user.id)).toHaveLength(1);
    });

    it('charges an event that is in one batch twice only once', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const event = makeEvent();

      const applied = await ledger.applyUsage([event, makeEvent(), event]);

      expect(applied).toMatchObject({ charged: 2, repeated: 1 });
      expect(await readLogs(test, user.id)).toHaveLength(2);
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
      const state = await readState(test, {
        user: user.id,
        apiToken: apiToken.id,
        channel: channel.id,
      });
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

      const rows = await readLogs(test, user.id);
      expect(rows.map((row) => [row.model_name, row.token_name]).sort()).toEqual(
        names.map((name) => [name, name]).sort(),
      );
      const hours = (await test.database
        .knex('usage_hourly')
        .select('model_name')
        .where({ user_id: user.id })) as { model_name: string }[];
      expect(hours.map((row) => row.model_name).sort()).toEqual([...names].sort());
    });

    it('charges the user although the token or the channel is gone', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store);
      await test.store.apiTokens.remove(apiToken.id, user.id);
      await test.store.channels.remove(channel.id);

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied.users).toMatchObject([{ id: user.id, quota: 970 }]);
      expect(applied.apiTokens).toEqual([]);
      expect(await readLogs(test, user.id)).toHaveLength(1);
    });
  });
}
