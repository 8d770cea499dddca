import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { NotificationTable } from '@turnpike/core';
import type { TestStore } from '../testing/open-test-store.ts';

/** Every promise of `NotificationTable`. */
export function describeNotificationTable(name: string, open: () => Promise<TestStore>): void {
  describe(`NotificationTable (${name})`, () => {
    let test: TestStore;
    let table: NotificationTable;
    beforeAll(async () => {
      test = await open();
      table = test.store.notificationTable;
    });
    afterEach(async () => {
      await test.database.knex('notifications').delete();
    });
    afterAll(() => test.close());

    it('gives out what is due, oldest first, and again when its time is over', async () => {
      const [first, second] = [
        { id: randomUUID(), body: '{"text":"第一"}' },
        { id: randomUUID(), body: '{}' },
      ];
      await table.insert([first], 1000);
      await table.insert([second], 2000);

      expect(await table.take({ now: 999, retryAt: 5000, limit: 9 })).toEqual([]);
      expect(await table.take({ now: 2000, retryAt: 5000, limit: 1 })).toEqual([
        { ...first, attempts: 1 },
      ]);
      expect(await table.take({ now: 2000, retryAt: 5000, limit: 9 })).toEqual([
        { ...second, attempts: 1 },
      ]);
      expect(await table.take({ now: 4999, retryAt: 9000, limit: 9 })).toEqual([]);
      const again = await table.take({ now: 5000, retryAt: 9000, limit: 9 });
      expect(again.map(({ attempts }) => attempts)).toEqual([2, 2]);
    });

    it('postpones and removes', async () => {
      const rows = [1, 2].map(() => ({ id: randomUUID(), body: '{}' }));
      await table.insert(rows, 0);
      await table.postpone(rows[0]!.id, 7000);
      await table.remove(rows[1]!.id);

      expect(await table.take({ now: 6999, retryAt: 9000, limit: 9 })).toEqual([]);
      expect(await table.take({ now: 7000, retryAt: 9000, limit: 9 })).toMatchObject([
        { id: rows[0]!.id },
      ]);
    });

    it('makes everything due at once', async () => {
      await table.insert([{ id: randomUUID(), body: '{}' }], 9000);
      await table.insert([{ id: randomUUID(), body: '{}' }], 100);
      await table.releaseAll(1000);
      expect(await table.take({ now: 1000, retryAt: 9000, limit: 9 })).toHaveLength(2);
    });

    it('gives each to one of several at the same time', async () => {
      await table.insert(
        Array.from({ length: 12 }, () => ({ id: randomUUID(), body: '{}' })),
        0,
      );
      const taken = await Promise.all(
        [1, 2, 3].map(() => table.take({ now: 1, retryAt: 9000, limit: 20 })),
      );
      const ids = taken.flat().map(({ id }) => id);
      expect(ids).toHaveLength(12);
      expect(new Set(ids).size).toBe(12);
    });
  });
}
