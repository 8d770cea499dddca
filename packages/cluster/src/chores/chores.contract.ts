import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Chore, Chores } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';

export interface ChoresHarness {
  chores: Chores;
  /** Resolves when so many chores wait to be done. */
  untilWaiting(count: number): Promise<void>;
  close(): Promise<void>;
}

export const hydrate: Chore = { kind: 'hydrate', userIds: [1], apiTokenIds: [10] };
export const failure: Chore = {
  kind: 'channel-failure',
  report: { channelId: 3, channelName: 'c', reason: 'bad key' },
};

export function makeFailed(requestId: string): Chore {
  const request = {
    requestId,
    at: 1_790_000_000_000,
    userId: 1,
    username: 'alice',
    apiTokenName: 'default',
    channelId: 3,
    model: 'gpt-4o',
    code: 'no_channel_available',
    status: 503,
    message: 'x',
    durationMs: 5,
    isStream: false,
  };
  return { kind: 'failed-requests', requests: [request] };
}

/** Every promise that `Chores` makes. */
export function describeChores(name: string, open: () => Promise<ChoresHarness>): void {
  describe(`Chores (${name})`, () => {
    let harness: ChoresHarness;
    let chores: Chores;
    let stops: (() => Promise<void>)[];
    beforeEach(async () => {
      harness = await open();
      ({ chores } = harness);
      stops = [];
    });
    afterEach(async () => {
      for (const stop of stops) await stop();
      await harness.close();
    });

    async function work(handle: (chore: Chore) => Promise<void>): Promise<() => Promise<void>> {
      const { stop } = await chores.work(handle);
      stops.push(stop);
      return stop;
    }

    it('brings what is asked to who works, as it was asked', async () => {
      const done: Chore[] = [];
      await work((chore) => Promise.resolve(void done.push(chore)));
      const asked = [hydrate, failure, makeFailed('a')];

      for (const chore of asked) chores.ask(chore);

      await waitUntil(() => done.length === 3);
      for (const chore of asked) expect(done).toContainEqual(chore);
    });

    it('keeps what is asked before anybody works', async () => {
      chores.ask(failure);
      await harness.untilWaiting(1);
      const done: Chore[] = [];
      await work((chore) => Promise.resolve(void done.push(chore)));
      await waitUntil(() => done.length === 1);
      expect(done).toEqual([failure]);
    });

    it('does once what is asked again within a second', async () => {
      const done: Chore[] = [];
      await work((chore) => Promise.resolve(void done.push(chore)));
      for (let n = 0; n < 3; n += 1) chores.ask(hydrate);
      chores.ask(failure);
      await waitUntil(() => done.length >= 2);
      expect(done).toHaveLength(2);
      expect(done).toEqual(expect.arrayContaining([hydrate, failure]));
    });

    it('loads accounts first, and writes log rows last', async () => {
      chores.ask(makeFailed('a'));
      chores.ask(failure);
      chores.ask(hydrate);
      await harness.untilWaiting(3);

      const order: string[] = [];
      await work(({ kind }) => Promise.resolve(void order.push(kind)));

      await waitUntil(() => order.length === 3);
      expect(order).toEqual(['hydrate', 'channel-failure', 'failed-requests']);
    });

    it('tries again what failed', async () => {
      let attempts = 0;
      await work(() => {
        attempts += 1;
        return attempts < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      });
      chores.ask(hydrate);
      await waitUntil(() => attempts === 2);
    });

    it('does not let one that takes long hold up the others', async () => {
      const done: string[] = [];
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      await work(async ({ kind }) => {
        if (kind === 'hydrate') await released;
        done.push(kind);
      });
      chores.ask(hydrate);
      chores.ask(failure);
      await waitUntil(() => done.length === 1);
      expect(done).toEqual(['channel-failure']);
      release();
      await waitUntil(() => done.length === 2);
    });

    it('ends with what is under way', async () => {
      let isUnderWay = false;
      let release = (): void => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const stop = await work(async () => {
        isUnderWay = true;
        await released;
      });
      chores.ask(failure);
      await waitUntil(() => isUnderWay);
      let isStopped = false;
      const stopping = stop().then(() => (isStopped = true));
      chores.ask(hydrate); // nobody is asked to do it any more, or it is done: it does not throw
      expect(isStopped).toBe(false);
      release();
      await stopping;
    });

    it('takes no offence at being asked after the end', async () => {
      await chores.close();
      expect(() => {
        chores.ask(hydrate);
      }).not.toThrow();
    });
  });
}
