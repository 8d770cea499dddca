import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NewRedemption, RedemptionRepository } from '@turnpike/core';
import { makeNewUser } from '../testing/make-accounts.ts';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

function makeNewRedemption(fields: Partial<NewRedemption> = {}): NewRedemption {
  return {
    userId: 1,
    key: randomBytes(16).toString('hex'),
    name: 'gift',
    quota: 100,
    createdTime: testNow / 1000,
    expiredTime: 0,
    ...fields,
  };
}

export function describeRedemptionRepository(name: string, open: () => Promise<TestStore>): void {
  describe(`RedemptionRepository (${name})`, () => {
    let test: TestStore;
    let redemptions: RedemptionRepository;

    beforeAll(async () => {
      test = await open();
      redemptions = test.store.redemptions;
    });
    afterAll(() => test.close());

    async function create(fields: Partial<NewRedemption> = {}) {
      const [redemption] = await redemptions.createMany([makeNewRedemption(fields)]);
      if (redemption === undefined) throw new Error('no redemption was created');
      return redemption;
    }

    async function readBalance(userId: number): Promise<number | undefined> {
      return (await test.store.users.findById(userId))?.quota;
    }

    it('creates a batch, all or none', async () => {
      const batch = [makeNewRedemption(), makeNewRedemption({ quota: 7 })];

      const created = await redemptions.createMany(batch);

      expect(created.map(({ key, quota, status }) => ({ key, quota, status }))).toEqual(
        batch.map(({ key, quota }) => ({ key, quota, status: 1 })),
      );
      const taken = makeNewRedemption({ key: batch[0]!.key });
      const free = makeNewRedemption();
      await expect(redemptions.createMany([free, taken])).rejects.toMatchObject({
        code: 'conflict',
      });
      expect(await redemptions.redeem(free.key, 1)).toBe('unknown');
    });

    it('credits the user once, with a ledger entry, and remembers who it was', async () => {
      const user = await test.store.users.create(makeNewUser({ quota: 5 }));
      const { id, key } = await create({ quota: 100 });

      const redeemed = await redemptions.redeem(key, user.id);

      expect(redeemed).toMatchObject({
        redemption: { id, status: 3, usedUserId: user.id, redeemedTime: testNow / 1000 },
        balance: { id: user.id, quota: 105 },
      });
      expect(await redemptions.redeem(key, user.id)).toBe('used');
      expect(await readBalance(user.id)).toBe(105);
      expect((await test.store.ledgerRepository.verify()).mismatches).toEqual([]);
    });

    it('lets 8 redeem each of 20 codes at the same time, and one of them get it', async () => {
      const users = await Promise.all(
        Array.from({ length: 8 }, () => test.store.users.create(makeNewUser({ quota: 0 }))),
      );
      const codes = await redemptions.createMany(
        Array.from({ length: 20 }, () => makeNewRedemption({ quota: 10 })),
      );

      const results = await Promise.all(
        codes.flatMap(({ key }) => users.map(({ id }) => redemptions.redeem(key, id))),
      );

      expect(results.filter((result) => typeof result === 'object')).toHaveLength(20);
      expect(results.filter((result) => result === 'used')).toHaveLength(140);
      const balances = await Promise.all(users.map(({ id }) => readBalance(id)));
      expect(balances.reduce<number>((sum, quota) => sum + (quota ?? 0), 0)).toBe(200);
      expect((await test.store.ledgerRepository.verify()).mismatches).toEqual([]);
    });

    it('refuses what is unknown, disabled or expired, and credits nothing', async () => {
      const user = await test.store.users.create(makeNewUser({ quota: 5 }));
      const disabled = await create();
      await redemptions.update(disabled.id, { status: 2 });
      const expired = await create({ expiredTime: testNow / 1000 });
      const open = await create({ expiredTime: testNow / 1000 + 1 });

      expect(await redemptions.redeem('0'.repeat(32), user.id)).toBe('unknown');
      expect(await redemptions.redeem(open.key.toUpperCase(), user.id)).toBe('unknown');
      expect(await redemptions.redeem(disabled.key, user.id)).toBe('disabled');
      expect(await redemptions.redeem(expired.key, user.id)).toBe('expired');
      expect(await readBalance(user.id)).toBe(5);
      expect(await redemptions.redeem(open.key, user.id)).toMatchObject({
        balance: { quota: 105 },
      });
    });

    it('leaves a code unused when its user is not there', async () => {
      const { id, key } = await create();

      await expect(redemptions.redeem(key, 999_999)).rejects.toMatchObject({
        code: 'invalid_request',
      });

      expect((await redemptions.find(id))?.status).toBe(1);
    });

    it('can be redeemed again after it was made valid again', async () => {
      const user = await test.store.users.create(makeNewUser({ quota: 0 }));
      const { id, key } = await create();
      await redemptions.redeem(key, user.id);

      await redemptions.update(id, { status: 1 });

      expect(await redemptions.redeem(key, user.id)).toMatchObject({ balance: { quota: 200 } });
    });

    it('writes the named columns only', async () => {
      const before = await create();

      expect(await redemptions.update(before.id, { name: 'other', quota: 0 })).toEqual({
        ...before,
        name: 'other',
        quota: 0,
      });
      expect(await redemptions.update(999_999, { name: 'x' })).toBeUndefined();
    });

    it('lists newest first, by state, name prefix or id', async () => {
      const first = await create({ name: 'spring_1' });
      const second = await create({ name: 'spring_2' });
      await redemptions.update(first.id, { status: 2 });
      const find = async (query: { keyword?: string; status?: number }) =>
        (
          await redemptions.page(query, { offset: 0, limit: 50, sort: 'id', direction: 'desc' })
        ).rows.map(({ id }) => id);

      expect(await find({ keyword: 'spring_' })).toEqual([second.id, first.id]);
      expect(await find({ keyword: 'spring_', status: 2 })).toEqual([first.id]);
      expect(await find({ keyword: String(second.id) })).toContain(second.id);
      expect(await find({ keyword: 'spring%' })).toEqual([]);
    });

    it('sorts, counts, and goes on by cursor', async () => {
      for (const quota of [30, 10, 20]) await create({ name: 'sorted', quota });
      const query = { offset: 0, limit: 2, sort: 'quota', direction: 'asc' } as const;

      const first = await redemptions.page({ keyword: 'sorted' }, query);
      const { nextCursor = '' } = first;
      const second = await redemptions.page(
        { keyword: 'sorted' },
        { ...query, cursor: nextCursor },
      );

      expect(first.total).toEqual({ count: 3, isCapped: false });
      expect([...first.rows, ...second.rows].map(({ quota }) => quota)).toEqual([10, 20, 30]);
      expect(second.nextCursor).toBeUndefined();
    });

    it('removes one, or all that are spent, and gives no id out again', async () => {
      const kept = await create();
      const user = await test.store.users.create(makeNewUser());
      const used = await create();
      await redemptions.redeem(used.key, user.id);
      const expired = await create({ expiredTime: testNow / 1000 - 1 });

      expect(await redemptions.removeSpent(testNow / 1000)).toBeGreaterThanOrEqual(2);

      expect(await redemptions.find(used.id)).toBeUndefined();
      expect(await redemptions.find(expired.id)).toBeUndefined();
      expect(await redemptions.find(kept.id)).toEqual(kept);
      expect(await redemptions.remove(kept.id)).toBe(true);
      expect(await redemptions.remove(kept.id)).toBe(false);
      expect((await create()).id).toBeGreaterThan(expired.id);
    });
  });
}
