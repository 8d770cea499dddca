import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { UsageEvent, UsageSink } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';

/** A sink under test, with a view of what reached the ledger and a switch for what lies behind it. */
export interface UsageSinkHarness {
  sink: UsageSink;
  /** Events charged, each request once. */
  charged(): readonly UsageEvent[];
  /** Transactions that were committed. */
  commits(): number;
  /** Ids of the requests whose reservation was settled. */
  settled(): readonly string[];
  setBackendUp(isUp: boolean): void | Promise<void>;
  close(): Promise<void>;
}

/** A sink that takes events while its backend is away. */
export interface QueueingSinkHarness extends UsageSinkHarness {
  /** The backend hangs: connections stand, nothing is answered. */
  setBackendHanging(isHanging: boolean): void;
  /** How long `publish` waits for a backend that does not answer. */
  deadlineMs: number;
}

/** Every promise that `UsageSink` makes. `open` returns a fresh, empty harness each time. */
export function describeUsageSink(name: string, open: () => Promise<UsageSinkHarness>): void {
  describe(`UsageSink (${name})`, () => {
    let harness: UsageSinkHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await harness.close();
    });

    it('charges every event whose publish resolved, many of them in one transaction', async () => {
      const events = Array.from({ length: 1200 }, () => makeUsageEvent());

      await Promise.all(events.map((event) => harness.sink.publish([event])));

      await waitUntil(() => harness.charged().length === events.length);
      expect(idsOf(harness.charged())).toEqual(idsOf(events));
      expect(harness.commits()).toBeLessThan(100);
    });

    it('charges an event published twice only once', async () => {
      const event = makeUsageEvent();
      await harness.sink.publish([event]);
      await harness.sink.publish([event]);
      await waitUntil(() => harness.charged().length > 0);
      expect(idsOf(harness.charged())).toEqual([event.requestId]);
    });

    it('loses nothing that it accepted while the backend was away', async () => {
      const event = makeUsageEvent();
      await harness.setBackendUp(false);
      const isAccepted = await harness.sink.publish([event]).then(
        () => true,
        () => false, // embedded: its backend is the database, so the answer is refused, not lost
      );
      await harness.setBackendUp(true);
      if (isAccepted) await waitUntil(() => harness.charged().length === 1);
      expect(idsOf(harness.charged())).toEqual(isAccepted ? [event.requestId] : []);
    });

    it('charges again after the backend came back', async () => {
      await harness.setBackendUp(false);
      await harness.sink.publish([makeUsageEvent()]).catch(() => undefined);
      await harness.setBackendUp(true);
      const event = makeUsageEvent();
      await harness.sink.publish([event]);
      await waitUntil(() => idsOf(harness.charged()).includes(event.requestId));
    });

    it('settles the reservation of every event that it accepted', async () => {
      const events = Array.from({ length: 30 }, () => makeUsageEvent());
      await Promise.all(events.map((event) => harness.sink.publish([event])));
      await waitUntil(() => harness.settled().length === events.length);
      expect([...harness.settled()].sort()).toEqual(idsOf(events));
    });

    it('loses nothing when it is closed, and takes nothing after', async () => {
      const events = Array.from({ length: 20 }, () => makeUsageEvent());
      const published = events.map((event) => harness.sink.publish([event]));
      await harness.sink.close();
      await Promise.all(published);
      await waitUntil(() => harness.charged().length === events.length);
      expect(idsOf(harness.charged())).toEqual(idsOf(events));
      await expect(harness.sink.publish([makeUsageEvent()])).rejects.toMatchObject({
        code: 'not_ready',
      });
    });
  });
}

/** What a sink promises besides, when a queue lies between it and the database. */
export function describeQueueingSink(name: string, open: () => Promise<QueueingSinkHarness>): void {
  describe(`UsageSink that queues (${name})`, () => {
    let harness: QueueingSinkHarness;
    beforeEach(async () => {
      harness = await open();
    });
    afterEach(async () => {
      await harness.close();
    });

    it('charges and settles later what it accepted while the backend was away', async () => {
      await harness.setBackendUp(false);
      const events = Array.from({ length: 50 }, () => makeUsageEvent());
      await Promise.all(events.map((event) => harness.sink.publish([event])));
      await harness.setBackendUp(true);
      await waitUntil(() => harness.charged().length === events.length, { timeoutMs: 10_000 });
      expect(idsOf(harness.charged())).toEqual(idsOf(events));
      expect([...harness.settled()].sort()).toEqual(idsOf(events));
    });

    it('resolves by its deadline though the backend hangs', async () => {
      await harness.sink.publish([makeUsageEvent()]);
      harness.setBackendHanging(true);
      try {
        const startedAt = performance.now();
        await harness.sink.publish([makeUsageEvent()]);
        expect(performance.now() - startedAt).toBeLessThan(harness.deadlineMs + 400);
        // Once it is known to hang, nobody else waits for the deadline.
        const nextAt = performance.now();
        await harness.sink.publish([makeUsageEvent()]);
        expect(performance.now() - nextAt).toBeLessThan(harness.deadlineMs);
      } finally {
        harness.setBackendHanging(false);
      }
      await waitUntil(() => harness.charged().length === 3, { timeoutMs: 10_000 });
    });

    it('charges once what timed out, ran later, and was sent again', async () => {
      await harness.sink.publish([makeUsageEvent()]);
      const events = Array.from({ length: 20 }, () => makeUsageEvent());
      harness.setBackendHanging(true);
      await Promise.all(events.map((event) => harness.sink.publish([event])));
      harness.setBackendHanging(false);
      await waitUntil(() => harness.charged().length === 21, { timeoutMs: 10_000 });
      expect(idsOf(harness.charged())).toEqual(expect.arrayContaining(idsOf(events)));
    });
  });
}

function idsOf(events: readonly UsageEvent[]): string[] {
  return events.map((event) => event.requestId).sort();
}
