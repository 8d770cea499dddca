import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BusEvents, ConfigBus, ConfigSnapshot } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';

export function makeSnapshot(version: number, name = 'a channel'): ConfigSnapshot {
  return {
    version,
    channels: [
      {
        id: 1,
        type: 1,
        name,
        status: 1,
        sealedKey: 'enc:v1:x',
        baseUrl: '',
        models: ['gpt-4o'],
        groups: ['default'],
        modelMapping: { a: 'b' },
        priority: 0,
        weight: 1,
        config: { nested: { list: [1, '二'] } },
        configText: '{"nested":{"list":[1.0,"二"]}}',
        other: '',
        systemPrompt: '',
      },
    ],
    options: { RetryTimes: '3' },
  };
}

/** Every promise that `ConfigBus` makes to a node. */
export function describeConfigBus(
  name: string,
  open: () => Promise<{ bus: ConfigBus; close(): Promise<void> }>,
): void {
  describe(`ConfigBus (${name})`, () => {
    let bus: ConfigBus;
    let close: () => Promise<void>;
    beforeEach(async () => {
      ({ bus, close } = await open());
    });
    afterEach(() => close());

    it('has no snapshot before the first is published', async () => {
      expect(await bus.latestSnapshot()).toBeUndefined();
    });

    it('hands out the snapshot that was published, as it was', async () => {
      await bus.publishSnapshot(makeSnapshot(5));
      expect(await bus.latestSnapshot()).toEqual(makeSnapshot(5));
      await bus.publishSnapshot(makeSnapshot(6, 'changed'));
      expect(await bus.latestSnapshot()).toEqual(makeSnapshot(6, 'changed'));
    });

    it('never goes back to an older snapshot, nor takes another of the same version', async () => {
      await bus.publishSnapshot(makeSnapshot(5));
      await bus.publishSnapshot(makeSnapshot(4, 'older'));
      await bus.publishSnapshot(makeSnapshot(5, 'other'));
      expect(await bus.latestSnapshot()).toEqual(makeSnapshot(5));
    });

    it('tells of each newer snapshot until somebody unsubscribes', async () => {
      const versions: number[] = [];
      const unsubscribe = bus.subscribe('config-changed', ({ version }) => versions.push(version));

      await bus.publishSnapshot(makeSnapshot(5));
      await waitUntil(() => versions.length === 1);
      await bus.publishSnapshot(makeSnapshot(4));
      await bus.publishSnapshot(makeSnapshot(7));
      await waitUntil(() => versions.length === 2);
      unsubscribe();
      const last: number[] = [];
      bus.subscribe('config-changed', ({ version }) => last.push(version));
      await bus.publishSnapshot(makeSnapshot(8));
      await waitUntil(() => last.length === 1);

      expect(versions).toEqual([5, 7]);
    });

    it('tells of changed accounts before the call resolves', async () => {
      const told: BusEvents['accounts-changed'][] = [];
      bus.subscribe('accounts-changed', (change) => told.push(change));

      await bus.announceAccounts({ userIds: [1], apiTokenIds: [2, 3] });

      expect(told[0]).toEqual({ userIds: [1], apiTokenIds: [2, 3] });
    });
  });
}
