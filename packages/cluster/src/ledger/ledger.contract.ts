import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AppliedUsage, Reservation, UsageEvent } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import type { SettlingLedger } from './settling-ledger.ts';

/** A ledger under test over balances that the test sets. */
export interface LedgerHarness {
  ledger: SettlingLedger;
  /** What happens after a commit. */
  absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void>;
  /** Makes the ledger read these accounts afresh, as after an edit. */
  refresh(accounts: { userIds?: number[]; apiTokenIds?: number[] }): Promise<void>;
  /** Commits a balance as the database would, with the next version. */
  commitBalance(account: { kind: 'user' | 'token'; id: number }, quota: number): void;
  /** What `applyUsage` would answer for these accounts now. */
  applied(userId: number, apiTokenId: number): AppliedUsage;
  close(): Promise<void>;
}

const USER = 7;
const TOKEN = 70;

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
    });
    afterEach(async () => {
      await harness.close();
    });

    const reservation = (
      requestId: string,
      amount: number,
      more: Partial<Reservation> = {},
    ): Reservation => ({
      requestId,
      userId: USER,
      apiTokenId: TOKEN,
      unlimitedToken: false,
      amount,
      tokens: 10,
      userRecordVersion: 0,
      apiTokenRecordVersion: 0,
      model: 'gpt-4o-mini',
      hardBudget: false,
      ...more,
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
        Array.from({ length: 200 }, (_, n) => ledger.reserve(reservation(`r${n}`, 20))),
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
      await harness.absorb([], harness.applied(USER, TOKEN));
      await harness.absorb([], old);
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

    it('says that it does not know an account, never that it is empty', async () => {
      expect(await ledger.reserve(reservation('a', 1, { userId: 999 }))).toEqual({
        allowed: false,
        reason: 'not-loaded',
      });
    });
  });
}

function usageOf(requestId: string, quota: number): UsageEvent {
  return makeUsageEvent({ requestId, userId: USER, apiTokenId: TOKEN, quota });
}
