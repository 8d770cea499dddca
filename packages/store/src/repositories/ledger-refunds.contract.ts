import { beforeAll, describe, expect, it } from '@jest/globals';
import type { LedgerRepository } from '@turnpike/core';
import { createAccounts } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';
import type { OpenLedger } from '../testing/open-ledger.ts';

const ADMIN = 99;
const DAY_MS = 24 * 3600 * 1000;

/** What `LedgerRepository` promises about refunds, and about reading entries. */
export function describeLedgerRefunds(opened: () => OpenLedger): void {
  describe('refunds', () => {
    let test: TestStore;
    let ledger: LedgerRepository;
    beforeAll(() => {
      ({ test, ledger } = opened());
    });

    async function readQuotas(userId: number, apiTokenId: number) {
      const user = await test.store.users.findById(userId);
      const apiToken = await test.store.apiTokens.find(apiTokenId, userId);
      return { user: user?.quota, used: user?.usedQuota, apiToken: apiToken?.remainQuota };
    }

    it('gives back what a request was charged, once, however often it is asked for', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([event, makeEvent({ quota: 5 })]);

      const first = await ledger.refundRequest(event.requestId, ADMIN);
      const others = await Promise.all(
        Array.from({ length: 4 }, () => ledger.refundRequest(event.requestId, ADMIN)),
      );

      const result = { userId: user.id, apiTokenId: apiToken.id, quota: 30 };
      expect(first).toEqual({ ...result, isRepeated: false });
      expect(others).toEqual(Array(4).fill({ ...result, isRepeated: true }));
      expect(await readQuotas(user.id, apiToken.id)).toEqual({
        user: 995,
        used: 35,
        apiToken: 995,
      });
    });

    it('makes the change known to relays: balance and record have new versions', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([event]);
      const before = await test.store.accountSource.latestVersion();

      await ledger.refundRequest(event.requestId, ADMIN);

      const { users, apiTokens } = await test.store.accountSource.readChanges(before, 10);
      expect(users).toMatchObject([{ id: user.id, quota: 1000, quotaVersion: 3 }]);
      expect(apiTokens).toMatchObject([{ id: apiToken.id, quota: 1000, quotaVersion: 3 }]);
    });

    it('leaves an unlimited token alone, and one that became limited later', async () => {
      const unlimited = await createAccounts(test.store, {
        apiToken: { unlimitedQuota: true, remainQuota: 0 },
      });
      const event = unlimited.makeEvent({ quota: 30 });
      const other = unlimited.makeEvent({ quota: 4 });
      await ledger.applyUsage([event, other]);
      const { user, apiToken } = unlimited;

      await ledger.refundRequest(event.requestId, ADMIN);
      await test.store.apiTokens.update(apiToken.id, user.id, { unlimitedQuota: false });
      await ledger.refundRequest(other.requestId, ADMIN);

      expect(await readQuotas(user.id, apiToken.id)).toEqual({ user: 1000, used: 34, apiToken: 0 });
    });

    it('gives nothing back that the hard budget had written off', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store, {
        user: { quota: 10 },
      });
      const event = makeEvent({ quota: 30, hardBudget: true });
      await ledger.applyUsage([event]);

      expect(await ledger.refundRequest(event.requestId, ADMIN)).toMatchObject({ quota: 10 });

      expect(await readQuotas(user.id, apiToken.id)).toMatchObject({ user: 10 });
    });

    describe('of charges that were written off together', () => {
      const hard = (requestId: string, quota: number) => ({ requestId, quota, hardBudget: true });

      it.each([
        ['the first one first', [0, 1, 2]],
        ['the last one first', [2, 1, 0]],
      ])('give back what was paid, and no more: %s', async (_name, order) => {
        const { user, makeEvent } = await createAccounts(test.store, { user: { quota: 35 } });
        const ids = ['a', 'b', 'c'].map((name) => `${name}-${user.username}`);
        const quotas = [20, 20, 30];
        await ledger.applyUsage(ids.map((id, at) => makeEvent(hard(id, quotas[at]!))));

        for (const at of order) await ledger.refundRequest(ids[at]!, ADMIN);

        expect((await test.store.users.findById(user.id))?.quota).toBe(35);
        expect(await ledger.refundRequest(ids[1]!, ADMIN)).toMatchObject({ quota: 15 });
        expect(await ledger.refundRequest(ids[2]!, ADMIN)).toBe('nothing-charged');
      });

      it('leave a charge of the same second alone that was paid', async () => {
        const { user, makeEvent } = await createAccounts(test.store, { user: { quota: 15 } });
        const [paid, first, last] = ['a', 'b', 'c'].map((name) => `${name}-${user.username}`);
        await ledger.applyUsage([makeEvent(hard(paid!, 5))]);
        await ledger.applyUsage([makeEvent(hard(first!, 20)), makeEvent(hard(last!, 30))]);

        expect(await ledger.refundRequest(paid!, ADMIN)).toMatchObject({ quota: 5 });
        expect(await ledger.refundRequest(first!, ADMIN)).toMatchObject({ quota: 10 });
        expect(await ledger.refundRequest(last!, ADMIN)).toBe('nothing-charged');
      });

      it('count a correction too that was written off with others', async () => {
        const { user, makeEvent } = await createAccounts(test.store, { user: { quota: 40 } });
        const corrected = makeEvent(hard(`a-${user.username}`, 30));
        const other = makeEvent(hard(`b-${user.username}`, 30));
        await ledger.applyUsage([{ ...corrected, endState: 'expired' }]);
        test.switches.now = testNow + 5000;
        await ledger.applyUsage([{ ...corrected, quota: 50 }, other]);

        await ledger.refundRequest(corrected.requestId, ADMIN);
        await ledger.refundRequest(other.requestId, ADMIN);

        expect((await test.store.users.findById(user.id))?.quota).toBe(40);
      });

      it('are told apart for the token, whose balance is another', async () => {
        const { user, apiToken, makeEvent } = await createAccounts(test.store, {
          apiToken: { remainQuota: 25 },
        });
        const ids = ['a', 'b'].map((name) => `${name}-${user.username}`);
        await ledger.applyUsage([makeEvent(hard(ids[0]!, 20)), makeEvent(hard(ids[1]!, 30))]);

        for (const id of ids) await ledger.refundRequest(id, ADMIN);

        expect(await readQuotas(user.id, apiToken.id)).toMatchObject({ user: 1000, apiToken: 25 });
      });
    });

    it('refunds an assumed charge for good: usage that arrives late changes nothing', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([{ ...event, endState: 'expired' }]);

      await ledger.refundRequest(event.requestId, ADMIN);
      expect(await ledger.applyUsage([{ ...event, quota: 50 }])).toMatchObject({ repeated: 1 });

      expect(await readQuotas(user.id, apiToken.id)).toMatchObject({ user: 1000, apiToken: 1000 });
    });

    it('refunds a corrected charge by what it came to', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([{ ...event, endState: 'recovered' }]);
      await ledger.applyUsage([{ ...event, quota: 50 }]);

      expect(await ledger.refundRequest(event.requestId, ADMIN)).toMatchObject({ quota: 50 });

      expect(await readQuotas(user.id, apiToken.id)).toMatchObject({ user: 1000, apiToken: 1000 });
    });

    it('knows no request that was never charged, and nothing to give back for a free one', async () => {
      const { makeEvent } = await createAccounts(test.store);
      const free = makeEvent({ quota: 0 });
      await ledger.applyUsage([free]);

      expect(await ledger.refundRequest('never-heard-of', ADMIN)).toBe('unknown');
      expect(await ledger.refundRequest(free.requestId, ADMIN)).toBe('nothing-charged');
    });

    it('refunds the user of a token that was deleted', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([event]);
      await test.store.apiTokens.remove(apiToken.id, user.id);

      expect(await ledger.refundRequest(event.requestId, ADMIN)).toMatchObject({ quota: 30 });

      expect(await readQuotas(user.id, apiToken.id)).toMatchObject({ user: 1000 });
    });

    it('stays exact while charges, top-ups and refunds happen at the same time', async () => {
      const { user, apiToken, makeEvent } = await createAccounts(test.store);
      const events = Array.from({ length: 20 }, () => makeEvent({ quota: 7 }));
      await ledger.applyUsage(events);

      await Promise.all([
        ...events.slice(0, 10).map(({ requestId }) => ledger.refundRequest(requestId, ADMIN)),
        ...events.slice(5, 15).map(({ requestId }) => ledger.refundRequest(requestId, ADMIN)),
        ...Array.from({ length: 5 }, () => ledger.applyUsage([makeEvent({ quota: 2 })])),
        ...Array.from({ length: 5 }, (_, n) =>
          ledger.addQuota({
            account: { kind: 'user', id: user.id },
            delta: 100,
            reason: 'top-up',
            reference: `top-up:${user.id}:${n}`,
          }),
        ),
      ]);

      // 20 × 7 charged, 15 × 7 of it given back, 5 × 2 charged, 500 topped up.
      expect(await readQuotas(user.id, apiToken.id)).toEqual({
        user: 1455,
        used: 150,
        apiToken: 955,
      });
    });

    it('lists what changed a balance besides usage, newest first, page by page', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const account = { kind: 'user', id: user.id } as const;
      const event = makeEvent({ quota: 30 });
      await ledger.applyUsage([event]);
      test.switches.now = testNow + DAY_MS;
      await ledger.refundRequest(event.requestId, ADMIN);
      await ledger.setQuota(account, 1, 'admin-edit', { createdBy: ADMIN });

      const page = await ledger.listEntries(account, { limit: 2 });
      const rest = await ledger.listEntries(account, { limit: 2, beforeId: page[1]!.id });

      expect(page.map(({ delta, reason, createdBy }) => [delta, reason, createdBy])).toEqual([
        [-999, 'admin-edit', ADMIN],
        [30, 'refund', ADMIN],
      ]);
      expect(page[1]).toMatchObject({
        account,
        reference: `refund:user:${event.requestId}`,
        createdAt: (testNow + DAY_MS) / 1000,
      });
      expect(rest.map(({ delta, reason, createdBy }) => [delta, reason, createdBy])).toEqual([
        [1000, 'created', 0],
      ]);
    });
  });
}
