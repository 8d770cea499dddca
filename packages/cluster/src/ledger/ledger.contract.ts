import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ReserveResult } from '@turnpike/core';
import { reservation, TOKEN, USER, usageOf } from './ledger-samples.contract.ts';
import { RandomCalls } from './random-calls.contract.ts';
import type { LedgerHarness } from './ledger-harness.contract.ts';
import type { SettlingLedger } from './settling-ledger.ts';

/** Every promise that `Ledger` makes. `open` returns a fresh harness: user 7 has 1 000, its token 70 has 400. */
export function describeLedger(name: string, open: () => Promise<LedgerHarness>): void {
  describe(`Ledger (${name})`, () => {
    let harness: LedgerHarness;
    let ledger: SettlingLedger;
    beforeEach(async () => {
      harness = await open();
      ledger = harness.ledger;
      harness.commitBalance({ kind: 'user', id: USER }, 1000);
      harness.commitBalance({ kind: 'token', id: TOKEN }, 400);
      await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    });
    afterEach(async () => {
      await harness.close();
    });

    it('sets quota aside so that it cannot be promised twice', async () => {
      expect(await ledger.reserve(reservation('a', 300))).toMatchObject({
        allowed: true,
        available: 100,
      });
      expect(await ledger.reserve(reservation('b', 101))).toEqual({
        allowed: false,
        reason: 'token-quota',
        available: 100,
      });
      expect(await ledger.reserve(reservation('c', 100))).toMatchObject({
        allowed: true,
        available: 0,
      });
    });

    it('holds the balance among parallel requests', async () => {
      const results = await Promise.all(
        Array.from({ length: 200 }, async (_, n) => ledger.reserve(reservation(`r${n}`, 20))),
      );
      expect(results.filter(({ allowed }) => allowed)).toHaveLength(20);
      expect(await ledger.openEntries()).toEqual({ count: 20, amount: 400 });
    });

    it('looks at the user only, for an unlimited token', async () => {
      expect(await ledger.reserve(reservation('a', 1000, { unlimitedToken: true }))).toMatchObject({
        allowed: true,
      });
      expect(await ledger.reserve(reservation('b', 1, { unlimitedToken: true }))).toEqual({
        allowed: false,
        reason: 'user-quota',
        available: 0,
      });
    });

    it('answers the first reservation when a request id comes again', async () => {
      await ledger.reserve(reservation('a', 100));
      expect(await ledger.reserve(reservation('a', 250))).toMatchObject({
        allowed: true,
        reservation: { amount: 100 },
      });
      expect(await ledger.openEntries()).toEqual({ count: 1, amount: 100 });
    });

    it('gives everything back on release, once', async () => {
      await ledger.reserve(reservation('a', 400));
      await ledger.release('a');
      await ledger.release('a');
      expect(await ledger.reserve(reservation('b', 400))).toMatchObject({ allowed: true });
      expect(await ledger.openEntries()).toEqual({ count: 1, amount: 400 });
    });

    it('keeps the actual amount aside from settle until it is absorbed', async () => {
      await ledger.reserve(reservation('a', 400));
      await ledger.settle([usageOf('a', 150)]);
      await ledger.settle([usageOf('a', 390)]);
      expect(await ledger.openEntries()).toEqual({ count: 1, amount: 150 });
      expect(await ledger.reserve(reservation('b', 251))).toMatchObject({
        allowed: false,
        available: 250,
      });
    });

    it('takes over committed balances when it absorbs, and forgets the entry', async () => {
      await ledger.reserve(reservation('a', 400));
      harness.commitBalance({ kind: 'user', id: USER }, 900);
      harness.commitBalance({ kind: 'token', id: TOKEN }, 300);
      const event = usageOf('a', 100);
      await ledger.settle([event]);
      await harness.absorb([event], harness.applied(USER, TOKEN));
      await harness.absorb([event], harness.applied(USER, TOKEN));
      expect(await ledger.openEntries()).toEqual({ count: 0, amount: 0 });
      expect(await ledger.reserve(reservation('b', 301))).toMatchObject({
        allowed: false,
        available: 300,
      });
    });

    it('never goes back to an older balance', async () => {
      await ledger.reserve(reservation('a', 1));
      const old = harness.applied(USER, TOKEN);
      harness.commitBalance({ kind: 'token', id: TOKEN }, 50);
      const events = [usageOf('of another node', 0)];
      await harness.absorb(events, harness.applied(USER, TOKEN));
      await harness.absorb(events, old);
      expect(await ledger.reserve(reservation('b', 50))).toMatchObject({
        allowed: false,
        available: 49,
      });
    });

    it('extends a reservation by as much as there is', async () => {
      await ledger.reserve(reservation('a', 100));
      expect(await ledger.extend('a', 250)).toEqual({ granted: 250 });
      expect(await ledger.extend('a', 250)).toEqual({ granted: 50 });
      expect(await ledger.extend('a', 1)).toEqual({ granted: 0 });
      expect(await ledger.extend('nobody', 1)).toEqual({ granted: 0 });
      expect(await ledger.openEntries()).toEqual({ count: 1, amount: 400 });
    });

    it('reads an edited balance afresh, and keeps what is pending', async () => {
      await ledger.reserve(reservation('a', 100));
      harness.commitBalance({ kind: 'token', id: TOKEN }, 120);
      await harness.refresh({ apiTokenIds: [TOKEN] });
      expect(await ledger.reserve(reservation('b', 21))).toMatchObject({
        allowed: false,
        available: 20,
      });
    });

    it('forgets what was kept aside when an absorbed entry was never settled', async () => {
      await ledger.reserve(reservation('a', 400));
      await harness.absorb([usageOf('a', 100)], harness.applied(USER, TOKEN));
      await ledger.settle([usageOf('a', 100)]);
      await ledger.release('a');
      expect(await ledger.reserve(reservation('b', 400))).toMatchObject({ allowed: true });
    });

    it('neither releases nor extends what is settled', async () => {
      await ledger.reserve(reservation('a', 300));
      await ledger.settle([usageOf('a', 200)]);
      await ledger.release('a');
      expect(await ledger.extend('a', 10)).toEqual({ granted: 0 });
      expect(await ledger.reserve(reservation('b', 201))).toMatchObject({
        allowed: false,
        available: 200,
      });
    });

    it('counts exactly with the greatest quotas', async () => {
      const most = 9_000_000_000_000_000;
      harness.commitBalance({ kind: 'user', id: USER }, most);
      harness.commitBalance({ kind: 'token', id: TOKEN }, most);
      await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
      expect(await ledger.reserve(reservation('a', most - 1))).toMatchObject({ available: 1 });
      expect(await ledger.reserve(reservation('b', 2))).toMatchObject({ available: 1 });
      expect(await ledger.extend('a', 1)).toEqual({ granted: 1 });
      await ledger.settle([usageOf('a', 500_000_000_000_001)]);
      expect(await ledger.openEntries()).toEqual({ count: 1, amount: 500_000_000_000_001 });
      expect(await ledger.reserve(reservation('c', most - 500_000_000_000_001))).toMatchObject({
        allowed: true,
        available: 0,
      });
    });

    it('says that it does not know an account, never that it is empty', async () => {
      expect(await ledger.reserve(reservation('a', 1, { userId: 999 }))).toEqual({
        allowed: false,
        reason: 'not-loaded',
      });
    });

    it.each([1, 2, 3, 4])(
      'keeps the sums of its entries, whatever happens (seed %i)',
      async (seed) => {
        const random = new RandomCalls(seed, ledger, harness);
        for (let step = 0; step < 150; step += 1) await random.step();
      },
    );

    describe('with limits', () => {
      it('lets as many requests be in flight as the limit says', async () => {
        const limited = (id: string) => reservation(id, 1, { apiTokenLimits: { concurrency: 2 } });
        await ledger.reserve(limited('a'));
        await ledger.reserve(limited('b'));
        expect(await ledger.reserve(limited('c'))).toEqual({
          ...{ allowed: false, reason: 'limited', scope: 'token', kind: 'concurrency', limit: 2 },
          retryAfterMs: 1000,
        });
        await ledger.settle([usageOf('a', 1)]);
        expect(await ledger.reserve(limited('c'))).toMatchObject({ allowed: true });
        await ledger.release('b');
        expect(await ledger.reserve(limited('d'))).toMatchObject({ allowed: true });
        expect(await ledger.reserve(limited('e'))).toMatchObject({ kind: 'concurrency' });
      });

      it('lets as many requests begin in a minute as the limit says, and counts no refused ones', async () => {
        const limited = (id: string, amount = 1) =>
          reservation(id, amount, { userLimits: { requestsPerMinute: 3 } });
        expect(await ledger.reserve(limited('x', 500))).toMatchObject({ reason: 'token-quota' });
        for (const id of ['a', 'b', 'c'])
          expect(await ledger.reserve(limited(id))).toMatchObject({ allowed: true });
        expect(await ledger.reserve(limited('c'))).toMatchObject({ allowed: true });
        await ledger.release('a');
        const refusal = await ledger.reserve(limited('d'));
        expect(refusal).toMatchObject({
          ...{ allowed: false, reason: 'limited', scope: 'user', kind: 'requests', limit: 3 },
        });
        expectRetryWithin(refusal, 120_000);
      });

      it('counts tokens as estimated until the actual number is known', async () => {
        const limited = (id: string) =>
          reservation(id, 1, { tokens: 10, apiTokenLimits: { tokensPerMinute: 25 } });
        await ledger.reserve(limited('a'));
        await ledger.reserve(limited('b'));
        const refusal = await ledger.reserve(limited('c'));
        expect(refusal).toMatchObject({ scope: 'token', kind: 'tokens', limit: 25 });
        expectRetryWithin(refusal, 120_000);

        await ledger.settle([usageOf('a', 1, 2)]);
        expect(await ledger.reserve(limited('c'))).toMatchObject({ allowed: true });
        expect(await ledger.reserve(limited('d'))).toMatchObject({ kind: 'tokens' });
        await ledger.release('b');
        expect(await ledger.reserve(limited('d'))).toMatchObject({ allowed: true });
        await ledger.settle([usageOf('d', 1, 40)]);
        expect(await ledger.reserve({ ...limited('e'), tokens: 1 })).toMatchObject({
          kind: 'tokens',
        });
      });

      it('refuses a request that could never fit', async () => {
        const userLimits = { tokensPerMinute: 5 };
        expect(await ledger.reserve(reservation('a', 1, { tokens: 6, userLimits }))).toMatchObject({
          ...{ scope: 'user', kind: 'tokens', limit: 5, retryAfterMs: 60_000 },
        });
      });
    });
  });
}

function expectRetryWithin(result: ReserveResult, ms: number): void {
  const retryAfterMs = 'retryAfterMs' in result ? result.retryAfterMs : 0;
  expect(retryAfterMs).toBeGreaterThan(0);
  expect(retryAfterMs).toBeLessThanOrEqual(ms);
}
