import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { OpaqueState, StateStore } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';

export interface StateStoreHarness {
  /** With room for so many bytes in all. */
  open(maxBytes: number): StateStore;
  close(): Promise<void>;
}

const state: OpaqueState = {
  family: 'gemini',
  kind: 'thought-signature',
  value: 'c2lnbmF0dXJl',
  scope: 'gemini',
};

/** Every promise that `StateStore` makes. */
export function describeStateStore(name: string, start: () => Promise<StateStoreHarness>): void {
  describe(`StateStore (${name})`, () => {
    let harness: StateStoreHarness;
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());

    it('gives back what was put under a call, and nothing for others', async () => {
      const store = harness.open(1024 * 1024);
      store.put(1, 'call_a', [state]);
      await waitUntil(async () => (await store.find(1, ['call_a'])).size === 1);
      const found = await store.find(1, ['call_a', 'call_b']);
      expect([...found]).toEqual([['call_a', [state]]]);
    });

    it('keeps users apart', async () => {
      const store = harness.open(1024 * 1024);
      store.put(2, 'call_a', [state]);
      await waitUntil(async () => (await store.find(2, ['call_a'])).size === 1);
      expect((await store.find(3, ['call_a'])).size).toBe(0);
    });

    it('keeps no entry above 64 KiB', async () => {
      const store = harness.open(1024 * 1024);
      store.put(4, 'huge', [{ ...state, value: 'x'.repeat(65 * 1024) }]);
      store.put(4, 'small', [state]);
      await waitUntil(async () => (await store.find(4, ['small'])).size === 1);
      expect((await store.find(4, ['huge'])).size).toBe(0);
    });

    it('never keeps more than its budget', async () => {
      const store = harness.open(20_000);
      const calls = Array.from({ length: 60 }, (_, index) => `call_${String(index)}`);
      for (const call of calls) {
        store.put(5, call, [{ ...state, value: 'y'.repeat(1000) }]);
        await store.close(); // what is under way has arrived
      }
      const found = await harness.open(20_000).find(5, calls);
      const kept = found.size === 0 ? await store.find(5, calls) : found;
      const bytes = [...kept.values()].reduce((sum, one) => sum + JSON.stringify(one).length, 0);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(20_000);
    });
  });
}
