import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { ParkedUsage } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import { testNow, type TestStore } from '../testing/open-test-store.ts';

/** Every promise of `ParkedUsage`. */
export function describeParkedUsage(name: string, open: () => Promise<TestStore>): void {
  describe(`ParkedUsage (${name})`, () => {
    let test: TestStore;
    let parkedUsage: ParkedUsage;
    const all = { offset: 0, limit: 1000 };
    const parkedAt = testNow / 1000;

    beforeAll(async () => {
      test = await open();
      ({ parkedUsage } = test.store);
    });
    afterEach(async () => {
      await test.database.knex('parked_usage').delete();
    });
    afterAll(() => test.close());

    it('keeps an event as it was, with the first reason', async () => {
      const event = makeUsageEvent({ username: '用户\u0000😀', quota: 1e21 });
      await parkedUsage.park([event], 'the first\u0000 reason');
      await parkedUsage.park([event], 'another');

      expect(await parkedUsage.list(all)).toEqual([
        { event, reason: 'the first reason', parkedAt },
      ]);
      expect(await parkedUsage.count()).toBe(1);
    });

    it('keeps jobs apart from events, whatever their id and text', async () => {
      await parkedUsage.park([makeUsageEvent()], 'bad');
      const long = `作业 ${'x'.repeat(300)}`;
      for (let turn = 0; turn < 2; turn += 1) {
        await parkedUsage.parkJob({ id: long, data: '\u0000{"no', reason: 'not JSON' });
        await parkedUsage.parkJob({ id: 'job-1', data: 'x'.repeat(2_000_000), reason: 'r' });
      }

      const jobs = await parkedUsage.listJobs(all);
      expect(jobs.map(({ id, data, reason }) => [id.length, data.length, reason]).sort()).toEqual([
        [5, 1_000_000, 'r'],
        [64, 4, 'not JSON'],
      ]);
      expect(await parkedUsage.list(all)).toHaveLength(1);
      expect(await parkedUsage.count()).toBe(3);
      expect(await parkedUsage.remove([long, 'job-1', 'nobody'])).toBe(2);
      expect(await parkedUsage.listJobs(all)).toEqual([]);
    });

    it('finds, pages and removes events', async () => {
      const events = Array.from({ length: 700 }, () => makeUsageEvent());
      const ids = events.map(({ requestId }) => requestId).sort();
      await parkedUsage.park(events, 'bad');

      expect(await parkedUsage.find([...ids, 'nobody'])).toEqual(new Set(ids));
      expect(await parkedUsage.find([])).toEqual(new Set());
      const page = await parkedUsage.list({ offset: 100, limit: 2 });
      expect(page.map(({ event }) => event.requestId)).toEqual(ids.slice(100, 102));
      expect(await parkedUsage.remove([...ids.slice(1), 'nobody'])).toBe(699);
      expect(await parkedUsage.count()).toBe(1);
    });
  });
}
