import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';
import { readLogs } from '../testing/read-ledger.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

const DAY_MS = 24 * 3600 * 1000;

/** What `LedgerRepository` promises about what is written beside a charge, and what is no charge. */
export function describeLedgerRecords(opened: () => OpenLedger): void {
  describe('records', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

    it('writes no log row where consumption is not logged, but counts', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      test.switches.isConsumptionLogged = false;

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied).toMatchObject({ charged: 1, users: [{ quota: 970 }] });
      expect(await readLogs(test, user.id)).toEqual([]);
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

      expect(await readLogs(test, user.id)).toEqual([]);
      expect(await ledger.applyUsage([good])).toMatchObject({ charged: 1 });
    });

    it('bills a request whose names no database would take', async () => {
      const { user, makeEvent } = await createAccounts(test.store);

      await ledger.applyUsage([
        makeEvent({ billedModel: `a\0${'x'.repeat(500)}`, apiTokenName: '😀\ud800' }),
      ]);

      const [row] = await readLogs(test, user.id);
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
  });
}
