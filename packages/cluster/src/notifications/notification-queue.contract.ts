import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notification, NotificationQueue, QueuedNotification } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import type { RetryPlan } from './retry-plan.ts';

export interface NotificationQueueHarness {
  /** A queue as a process opens it; all of them have the same contents. */
  open(): Promise<NotificationQueue>;
  /** How many are neither delivered nor dropped. */
  countWaiting(): Promise<number>;
  close(): Promise<void>;
}

/** Pauses of 20, 60 ms. */
export const testRetryPlan: RetryPlan = { attempts: 3, firstPauseMs: 20, maxPauseMs: 60 };

const mail: Notification = { kind: 'reset-mail', email: 'a@example.com', language: 'zh' };
const event = {
  type: 'channel.disabled',
  data: { channel_id: 3, channel_name: '渠道', reason: 'no balance' },
} as const;
const webhook: Notification = { kind: 'webhook', event, occurredAt: 1_790_000_000_000 };
const reminder: Notification = {
  kind: 'user-mail',
  userId: 4,
  event: {
    type: 'quota.low',
    data: { user_id: 4, username: 'bob', quota: -5, threshold: 1000 },
  },
};

/** Every promise that `NotificationQueue` makes. */
export function describeNotificationQueue(
  name: string,
  openHarness: () => Promise<NotificationQueueHarness>,
): void {
  describe(`NotificationQueue (${name})`, () => {
    let harness: NotificationQueueHarness;
    let delivered: QueuedNotification[];
    let givenUp: [QueuedNotification, unknown][];
    let giveUp: () => Promise<void>;
    let stops: (() => Promise<void>)[];
    beforeEach(async () => {
      harness = await openHarness();
      delivered = [];
      givenUp = [];
      giveUp = () => Promise.resolve();
      stops = [];
    });
    afterEach(async () => {
      for (const stop of stops.reverse()) await stop();
      await harness.close();
    });

    async function work(
      queue: NotificationQueue,
      deliver: (queued: QueuedNotification) => Promise<void> = () => Promise.resolve(),
    ): Promise<() => Promise<void>> {
      const { stop } = await queue.work(
        async (queued) => {
          delivered.push(queued);
          await deliver(queued);
        },
        async (queued, error) => {
          await giveUp();
          givenUp.push([queued, error]);
        },
      );
      stops.push(stop);
      return stop;
    }
    const isEmpty = async () => (await harness.countWaiting()) === 0;

    it('delivers everything as it was added, and forgets it then', async () => {
      const queue = await harness.open();
      await work(queue);
      await queue.add([mail, webhook]);
      await queue.add([reminder, { kind: 'root-alert', event }]);
      await queue.add([]);

      await waitUntil(() => delivered.length === 4);
      const notifications = delivered.map(({ notification }) => notification);
      for (const each of [mail, webhook, reminder]) expect(notifications).toContainEqual(each);
      expect(new Set(delivered.map(({ id }) => id)).size).toBe(4);
      expect(delivered.every(({ attempt }) => attempt === 1)).toBe(true);
      await waitUntil(isEmpty);
    });

    it('keeps what was added before anybody works, also when its process ends', async () => {
      const first = await harness.open();
      await first.add([mail, webhook]);
      await first.close();
      expect(await harness.countWaiting()).toBe(2);

      await work(await harness.open());
      await waitUntil(() => delivered.length === 2);
    });

    it('tries again what failed, under the same id, and holds up nothing else', async () => {
      const queue = await harness.open();
      await work(queue, ({ notification, attempt }) =>
        notification.kind === 'webhook' && attempt < 3
          ? Promise.reject(new Error('not yet'))
          : Promise.resolve(),
      );
      await queue.add([webhook, mail]);

      await waitUntil(isEmpty);
      const ofWebhook = delivered.filter(({ notification }) => notification.kind === 'webhook');
      expect(ofWebhook.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(new Set(ofWebhook.map(({ id }) => id)).size).toBe(1);
      expect(delivered).toHaveLength(4);
    });

    it('gives up what failed as often as it may, and lets it go only when that is stored', async () => {
      const queue = await harness.open();
      let failures = 0;
      giveUp = () => {
        failures += 1;
        return failures < 3 ? Promise.reject(new Error('database away')) : Promise.resolve();
      };
      await work(queue, () => Promise.reject(new Error('never')));
      await queue.add([webhook]);

      await waitUntil(isEmpty);
      expect(givenUp).toHaveLength(1);
      const [[queued, error] = []] = givenUp;
      expect(queued?.notification).toEqual(webhook);
      expect(queued?.attempt).toBeGreaterThanOrEqual(3);
      expect(error).toMatchObject({ message: 'never' });
      expect(failures).toBe(3);
    });

    it('takes what failed as often as it may out of the queue', async () => {
      const queue = await harness.open();
      await work(queue, () => Promise.reject(new Error('never')));
      await queue.add([webhook]);

      await waitUntil(isEmpty);
      expect(delivered.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
      expect(givenUp).toHaveLength(1);
    });

    it('waits at its stop for what is under way, and begins nothing more', async () => {
      const queue = await harness.open();
      let finish = (): void => undefined;
      let isDone = false;
      const stop = await work(
        queue,
        () =>
          new Promise((resolve) => {
            finish = () => {
              isDone = true;
              resolve();
            };
          }),
      );
      await queue.add([mail]);
      await waitUntil(() => delivered.length === 1);
      const stopped = stop();
      finish();
      await stopped;
      expect(isDone).toBe(true);

      await queue.add([webhook]);
      expect(await harness.countWaiting()).toBe(1);
    });
  });
}
