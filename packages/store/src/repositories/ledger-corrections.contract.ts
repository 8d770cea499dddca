import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { type TestStore } from '../testing/open-test-store.ts';
import { readState, readLogs, readEntries } from '../testing/read-ledger.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

/** What `LedgerRepository` promises about assumed charges, switches of tokens, and hard budgets. */
export function describeLedgerCorrections(opened: () => OpenLedger): void {
  describe('corrections', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

    it('counts the usage of an unlimited token without touching its balance', async () => {
      const { user, apiToken, channel, makeEvent } = await createAccounts(test.store, {
        apiToken: { unlimitedQuota: true, remainQuota: -1 },
      });

      const applied = await ledger.applyUsage([makeEvent()]);

      expect(applied.apiTokens).toEqual([]);
      expect(
        await readState(test, { user: user.id, apiToken: apiToken.id, channel: channel.id }),
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
        await readState(test, { user: user.id, apiToken: apiToken.id, channel: channel.id }),
      ).toMatchObject({ quota: 935, usedQuota: 65, requestCount: 2, remainQuota: 935 });
      const logs = await readLogs(test, user.id);
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
        await readState(test, { user: user.id, apiToken: apiToken.id, channel: channel.id }),
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
      expect(await readEntries(test, 'user', user.id)).toEqual([
        { delta: 100, reason: 'created' },
        { delta: 30, reason: 'write-off' },
      ]);
      expect(await readEntries(test, 'token', apiToken.id)).toEqual([
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
  });
}
