import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { monthStartOf, systemClock, utcDayOf, type RequestLimits } from '@turnpike/core';
import { reservation, TOKEN, USER, usageOf } from './ledger-samples.contract.ts';
import type { LedgerHarness } from './ledger-harness.contract.ts';
import type { SettlingLedger } from './settling-ledger.ts';

const DAY_MS = 86_400_000;

/** What `Ledger` promises about budgets and about the figures of limits. User 7 has 1 000, its token 70 has 400. */
export function describeLedgerBudgets(name: string, open: () => Promise<LedgerHarness>): void {
  describe(`Ledger: budgets (${name})`, () => {
    let harness: LedgerHarness;
    let ledger: SettlingLedger;
    let today: number;
    beforeEach(async () => {
      harness = await open();
      ledger = harness.ledger;
      today = utcDayOf(systemClock.now());
      await commit({ user: 1000, token: 400 });
    });
    afterEach(async () => {
      await harness.close();
    });

    async function commit(
      { user, token }: { user: number; token: number },
      spend?: { day: number; dayQuota: number; monthQuota: number },
    ): Promise<void> {
      harness.commitBalance({ kind: 'user', id: USER }, user, spend);
      harness.commitBalance({ kind: 'token', id: TOKEN }, token, spend);
      await harness.refresh({ userIds: [USER], apiTokenIds: [TOKEN] });
    }

    const ofToken = (id: string, amount: number, apiTokenLimits: RequestLimits, more = {}) =>
      ledger.reserve(reservation(id, amount, { apiTokenLimits, ...more }));

    it('holds a day’s budget of a token among parallel requests', async () => {
      const results = await Promise.all(
        Array.from({ length: 200 }, async (_, n) => ofToken(`r${n}`, 10, { quotaPerDay: 100 })),
      );
      expect(results.filter(({ allowed }) => allowed)).toHaveLength(10);
      const refused = results.find(({ allowed }) => !allowed);
      expect(refused).toMatchObject({
        ...{ reason: 'budget', scope: 'token', period: 'day', available: 0 },
      });
      const wait = refused !== undefined && 'retryAfterMs' in refused ? refused.retryAfterMs : 0;
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(DAY_MS);
    });

    it('holds a budget of an unlimited token, whose balance nobody looks at', async () => {
      await commit({ user: 1000, token: 0 });
      const reserve = (id: string, amount: number) =>
        ofToken(id, amount, { quotaPerDay: 100 }, { unlimitedToken: true });

      expect(await reserve('a', 60)).toMatchObject({ allowed: true, available: 40 });
      expect(await reserve('b', 41)).toMatchObject({ reason: 'budget', available: 40 });
      await ledger.settle([usageOf('a', 10)]);
      expect(await reserve('b', 41)).toMatchObject({ allowed: true, available: 49 });
      await ledger.release('b');
      expect(await reserve('c', 90)).toMatchObject({ allowed: true, available: 0 });
    });

    it('holds budgets of a user over all of its tokens', async () => {
      const reserve = (id: string, amount: number, apiTokenId: number) =>
        ledger.reserve(
          reservation(id, amount, {
            ...{ apiTokenId, unlimitedToken: true, userLimits: { quotaPerMonth: 100 } },
          }),
        );
      harness.commitBalance({ kind: 'token', id: 71 }, 0);
      await harness.refresh({ apiTokenIds: [71] });

      expect(await reserve('a', 60, TOKEN)).toMatchObject({ available: 40 });
      expect(await reserve('b', 50, 71)).toMatchObject({
        ...{ reason: 'budget', scope: 'user', period: 'month', available: 40 },
      });
    });

    it('counts what was charged in the day and the month, and what is in flight', async () => {
      await commit({ user: 1000, token: 400 }, { day: today, dayQuota: 30, monthQuota: 80 });

      expect(await ofToken('a', 5, { quotaPerDay: 50, quotaPerMonth: 100 })).toMatchObject({
        allowed: true,
        available: 15,
      });
      expect(await ofToken('b', 16, { quotaPerDay: 50, quotaPerMonth: 100 })).toMatchObject({
        ...{ reason: 'budget', period: 'month', available: 15 },
      });
      expect(await ofToken('b', 16, { quotaPerDay: 50 })).toMatchObject({
        ...{ reason: 'budget', period: 'day', available: 15 },
      });
    });

    it('begins a day and a month at nothing', async () => {
      const limits = { quotaPerDay: 50, quotaPerMonth: 100 };
      const lastMonth = monthStartOf(today) - 1;
      await commit({ user: 1000, token: 400 }, { day: lastMonth, dayQuota: 50, monthQuota: 100 });
      expect(await ofToken('a', 50, limits)).toMatchObject({ allowed: true, available: 0 });
      await ledger.release('a');

      const yesterday = today - 1;
      await commit({ user: 1000, token: 400 }, { day: yesterday, dayQuota: 50, monthQuota: 60 });
      const isNewMonth = yesterday < monthStartOf(today);
      expect(await ofToken('b', 41, limits)).toMatchObject(
        isNewMonth ? { allowed: true } : { reason: 'budget', period: 'month', available: 40 },
      );
    });

    it('moves an amount from pending to spent when it absorbs, and promises it at no moment twice', async () => {
      const limits = { quotaPerDay: 100 };
      await ofToken('a', 60, limits);
      const event = usageOf('a', 55);
      await ledger.settle([event]);
      expect(await ofToken('x', 46, limits)).toMatchObject({ reason: 'budget', available: 45 });
      const spend = { day: today, dayQuota: 55, monthQuota: 55 };
      harness.commitBalance({ kind: 'user', id: USER }, 945);
      harness.commitBalance({ kind: 'token', id: TOKEN }, 345, spend);

      for (let times = 0; times < 2; times += 1)
        await harness.absorb([event], harness.applied(USER, TOKEN));

      expect(await ofToken('y', 46, limits)).toMatchObject({ reason: 'budget', available: 45 });
      expect(await ofToken('z', 45, limits)).toMatchObject({ allowed: true, available: 0 });
    });

    it('extends no further than a budget goes', async () => {
      await ofToken('a', 60, { quotaPerDay: 100 });
      expect(await ledger.extend('a', 50)).toEqual({ granted: 40 });

      await ledger.reserve(reservation('b', 10, { userLimits: { quotaPerMonth: 130 } }));
      expect(await ledger.extend('b', 50)).toEqual({ granted: 20 });
    });

    it('says what a budget leaves of a larger balance', async () => {
      expect(await ofToken('a', 10, { quotaPerMonth: 70 })).toMatchObject({ available: 60 });
      expect(await ofToken('b', 10, { quotaPerMonth: 7000 })).toMatchObject({ available: 380 });
    });

    it('tells what limits per minute leave, of user and token the nearer one', async () => {
      const limits = {
        userLimits: { requestsPerMinute: 100, tokensPerMinute: 500 },
        apiTokenLimits: { requestsPerMinute: 3, tokensPerMinute: 50_000 },
      };
      await ledger.reserve(reservation('a', 1, { tokens: 40, ...limits }));
      const result = await ledger.reserve(reservation('b', 1, { tokens: 60, ...limits }));

      expect(result).toMatchObject({
        allowed: true,
        rateLimits: {
          requests: { limit: 3, remaining: 1 },
          tokens: { limit: 500, remaining: 400 },
        },
      });
      const { requests } = ('rateLimits' in result && result.rateLimits) || {};
      expect(requests?.resetMs).toBeGreaterThan(60_000);
      expect(requests?.resetMs).toBeLessThanOrEqual(120_000);
    });

    it('tells of a kind of limit only where there is one', async () => {
      const [requests, tokens, neither] = [
        await ofToken('a', 1, { requestsPerMinute: 9 }),
        await ofToken('b', 1, { tokensPerMinute: 100 }, { tokens: 10 }),
        await ofToken('c', 1, { concurrency: 9, quotaPerDay: 100 }),
      ];

      expect(requests).toMatchObject({ rateLimits: { requests: { limit: 9, remaining: 8 } } });
      // Tokens of requests without a limit of them count too, where anything per minute is counted.
      expect(tokens).toMatchObject({ rateLimits: { tokens: { limit: 100, remaining: 80 } } });
      expect(neither).not.toHaveProperty('rateLimits');
    });
  });
}
