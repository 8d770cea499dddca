import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { GivenUpNotifications, Notification } from '@turnpike/core';
import type { TestStore } from '../testing/open-test-store.ts';

const NOW = 1_790_000_000_000;
const DAY_MS = 24 * 3600 * 1000;
const mail: Notification = { kind: 'reset-mail', email: 'zoë@example.com', language: 'zh' };
const newest = { offset: 0, limit: 10, sort: 'id', direction: 'desc' } as const;

/** Every promise of `GivenUpNotifications`. */
export function describeGivenUpNotifications(name: string, open: () => Promise<TestStore>): void {
  describe(`GivenUpNotifications (${name})`, () => {
    let test: TestStore;
    let givenUp: GivenUpNotifications;
    beforeAll(async () => {
      test = await open();
      givenUp = test.store.givenUpNotifications;
    });
    afterEach(async () => {
      await test.database.knex('given_up_notifications').delete();
    });
    afterAll(() => test.close());

    const add = (queueId = randomUUID(), givenUpAt = NOW) =>
      givenUp.add({ queueId, notification: mail, attempts: 8, problem: '连接失败', givenUpAt });

    it('keeps what was given up as it was, newest first, and gives it out by its id', async () => {
      await add();
      await add(randomUUID(), NOW + 1);

      const { rows, total } = await givenUp.page(newest);
      expect(total).toEqual({ count: 2, isCapped: false });
      expect(rows.map(({ givenUpAt }) => givenUpAt)).toEqual([NOW + 1, NOW]);
      expect(await givenUp.find(rows[1]!.id)).toEqual({
        ...{ id: rows[1]!.id, notification: mail, attempts: 8 },
        ...{ problem: '连接失败', givenUpAt: NOW },
      });
      expect(await givenUp.count()).toBe(2);
    });

    it('stores a delivery once, also when its queue says so twice', async () => {
      const id = randomUUID();
      await Promise.all([add(id), add(id)]);
      await add(id);

      expect(await givenUp.count()).toBe(1);
    });

    it('removes one, once', async () => {
      await add();
      const [row] = (await givenUp.page(newest)).rows;

      expect(await givenUp.remove(row!.id)).toBe(true);
      expect(await givenUp.remove(row!.id)).toBe(false);
      expect(await givenUp.find(row!.id)).toBeUndefined();
    });

    it('forgets what nobody looked at for 90 days', async () => {
      await add(randomUUID(), NOW - 91 * DAY_MS);
      await add(randomUUID(), NOW - 89 * DAY_MS);
      await add();

      expect(await givenUp.count()).toBe(2);
    });

    it('cuts off what upstreams say at length', async () => {
      const given = { queueId: randomUUID(), notification: mail, attempts: 1, givenUpAt: NOW };
      await givenUp.add({ ...given, problem: '很'.repeat(5000) });

      expect((await givenUp.page(newest)).rows[0]?.problem.length).toBeLessThanOrEqual(500);
    });
  });
}
