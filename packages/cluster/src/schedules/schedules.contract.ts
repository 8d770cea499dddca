import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Schedules } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';

export interface SchedulesHarness {
  schedules: Schedules;
  close(): Promise<void>;
}

/** Every promise that `Schedules` makes. */
export function describeSchedules(name: string, open: () => Promise<SchedulesHarness>): void {
  describe(`Schedules (${name})`, () => {
    let harness: SchedulesHarness;
    let started: { stop(): Promise<void> }[];
    beforeEach(async () => {
      started = [];
      harness = await open();
    });
    afterEach(async () => {
      for (const { stop } of started) await stop();
      await harness.close();
    });

    async function start(
      ...jobs: Parameters<Schedules['start']>[0]
    ): Promise<{ stop(): Promise<void> }> {
      const running = await harness.schedules.start(jobs);
      started.push(running);
      return running;
    }

    it('runs each job again and again, first one interval after the start', async () => {
      const runs: Record<string, number> = { quick: 0, slow: 0 };
      const startedAt = Date.now();
      let firstAt = 0;
      await start(
        {
          name: 'quick',
          intervalMs: 100,
          run() {
            runs['quick'] = (runs['quick'] ?? 0) + 1;
            firstAt ||= Date.now();
            return Promise.resolve();
          },
        },
        {
          name: 'slow',
          intervalMs: 60_000,
          run() {
            runs['slow'] = 1;
            return Promise.resolve();
          },
        },
      );

      await waitUntil(() => (runs['quick'] ?? 0) >= 3);

      expect(firstAt - startedAt).toBeGreaterThanOrEqual(95);
      expect(runs['slow']).toBe(0);
    });

    it('never lets a run overlap with the next', async () => {
      let underWay = 0;
      let most = 0;
      let runs = 0;
      await start({
        name: 'long',
        intervalMs: 20,
        async run() {
          underWay += 1;
          most = Math.max(most, underWay);
          const until = Date.now() + 60;
          await waitUntil(() => Date.now() > until);
          underWay -= 1;
          runs += 1;
        },
      });

      await waitUntil(() => runs >= 3);

      expect(most).toBe(1);
    });

    it('goes on after a run that failed', async () => {
      let runs = 0;
      await start({
        name: 'failing',
        intervalMs: 50,
        run() {
          runs += 1;
          return Promise.reject(new Error('this run fails'));
        },
      });
      await waitUntil(() => runs >= 3);
    });

    it('waits for a run under way when it is stopped, and begins no other', async () => {
      let begun = 0;
      let ended = 0;
      const running = await start({
        name: 'stopped',
        intervalMs: 50,
        async run() {
          begun += 1;
          const until = Date.now() + 100;
          await waitUntil(() => Date.now() > until);
          ended += 1;
        },
      });
      await waitUntil(() => begun === 1);

      await running.stop();

      expect(ended).toBe(begun);
      const stoppedAt = begun;
      const until = Date.now() + 150;
      await waitUntil(() => Date.now() > until);
      expect(begun).toBe(stoppedAt);
    });
  });
}
