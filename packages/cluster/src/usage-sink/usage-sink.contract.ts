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
  setBackendUp(isUp: boolean): void;
  close(): Promise<void>;
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
      harness.setBackendUp(false);
      const isAccepted = await harness.sink.publish([event]).then(
        () => true,
        () => false, // embedded: its backend is the database, so the answer is refused, not lost
      );
      harness.setBackendUp(true);
      if (isAccepted) await waitUntil(() => harness.charged().length === 1);
      expect(idsOf(harness.charged())).toEqual(isAccepted ? [event.requestId] : []);
    });

    it('charges again after the backend came back', async () => {
      harness.setBackendUp(false);
      await harness.sink.publish([makeUsageEvent()]).catch(() => undefined);
      harness.setBackendUp(true);
      const event = makeUsageEvent();
      await harness.sink.publish([event]);
      await waitUntil(() => idsOf(harness.charged()).includes(event.requestId));
    });

    it('has charged everything when it is closed, and takes nothing after', async () => {
      const events = Array.from({ length: 20 }, () => makeUsageEvent());
      const published = events.map((event) => harness.sink.publish([event]));
      await harness.sink.close();
      await Promise.all(published);
      expect(idsOf(harness.charged())).toEqual(idsOf(events));
      await expect(harness.sink.publish([makeUsageEvent()])).rejects.toMatchObject({
        code: 'not_ready',
      });
    });
  });
}

function idsOf(events: readonly UsageEvent[]): string[] {
  return events.map((event) => event.requestId).sort();
}
