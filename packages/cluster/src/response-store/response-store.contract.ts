import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ResponseStore, StoredResponse } from '@turnpike/core';
import type { ResponseStoreLimits } from './in-process-response-store.ts';

export interface ResponseStoreHarness {
  /** An empty store. `now` in Unix milliseconds. */
  open(limits: ResponseStoreLimits, now: () => number): Promise<ResponseStore>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;
const LIFE_MS = 60_000;

/** Every promise that `ResponseStore` makes. */
export function describeResponseStore(
  name: string,
  start: () => Promise<ResponseStoreHarness>,
): void {
  describe(`ResponseStore (${name})`, () => {
    let harness: ResponseStoreHarness;
    let now = 1_790_000_000_000;
    const makeResponse = (id: string, more: Partial<StoredResponse> = {}): StoredResponse => ({
      id,
      userId: 1,
      createdAt: now,
      channelId: 3,
      isKeptUpstream: false,
      input: '[{"role":"user","content":"Hi"}]',
      response: `{"id":"${id}"}`,
      ...more,
    });
    beforeAll(async () => {
      harness = await start();
    });
    afterAll(() => harness.close());
    const open = (maxBytes = MIB): Promise<ResponseStore> =>
      harness.open({ maxBytes, lifeMs: LIFE_MS }, () => now);

    it('gives back what was put, whole, at once', async () => {
      const store = await open();
      const response = makeResponse('resp_1', { previousId: 'resp_0', isKeptUpstream: true });
      expect(await store.put(response)).toBe(true);
      expect(await store.find(1, 'resp_1')).toEqual(response);
      expect(await store.find(1, 'resp_2')).toBeUndefined();
    });

    it('shows no user what another one stored', async () => {
      const store = await open();
      await store.put(makeResponse('resp_1'));
      expect(await store.find(2, 'resp_1')).toBeUndefined();
      expect(await store.remove(2, 'resp_1')).toBe(false);
      expect(await store.find(1, 'resp_1')).toBeDefined();
    });

    it('forgets what is removed, once', async () => {
      const store = await open();
      await store.put(makeResponse('resp_1'));
      expect(await store.remove(1, 'resp_1')).toBe(true);
      expect(await store.remove(1, 'resp_1')).toBe(false);
      expect(await store.find(1, 'resp_1')).toBeUndefined();
    });

    it('forgets what is too old', async () => {
      const store = await open();
      await store.put(makeResponse('resp_1'));
      now += LIFE_MS - 1;
      expect(await store.find(1, 'resp_1')).toBeDefined();
      now += 1;
      expect(await store.find(1, 'resp_1')).toBeUndefined();
    });

    it('keeps the newest that fit into its bytes', async () => {
      const store = await open(50_000);
      const ids = Array.from({ length: 30 }, (_, index) => `resp_${index}`);
      for (const id of ids) {
        now += 1;
        const noise = randomBytes(3000).toString('base64'); // does not get smaller
        expect(await store.put(makeResponse(id, { input: noise }))).toBe(true);
      }
      const found = await Promise.all(ids.map((id) => store.find(1, id)));
      const kept = ids.filter((_, index) => found[index] !== undefined);
      expect(kept.length).toBeGreaterThan(5);
      expect(kept.length * 3000).toBeLessThanOrEqual(50_000);
      expect(kept).toEqual(ids.slice(-kept.length));
    });

    it('makes room by what is replaced and what is removed', async () => {
      const store = await open(10_000);
      const noise = randomBytes(3000).toString('base64');
      for (let index = 0; index < 5; index++) await store.put(makeResponse('a', { input: noise }));
      await store.put(makeResponse('b', { input: noise }));
      expect(await store.find(1, 'a')).toBeDefined();
      await store.remove(1, 'a');
      await store.put(makeResponse('c', { input: noise }));
      expect(await store.find(1, 'b')).toBeDefined();
      expect(await store.find(1, 'c')).toBeDefined();
    });

    it('keeps nothing that would not even fit alone, and what was there stays', async () => {
      const store = await open(10_000);
      await store.put(makeResponse('small'));
      const huge = makeResponse('huge', { input: randomBytes(20_000).toString('base64') });
      expect(await store.put(huge)).toBe(false);
      expect(await store.find(1, 'huge')).toBeUndefined();
      expect(await store.find(1, 'small')).toBeDefined();
    });

    it('is closed without bytes', async () => {
      const store = await open(0);
      expect(store.isOpen).toBe(false);
      expect(await store.put(makeResponse('resp_1'))).toBe(false);
    });
  });
}
