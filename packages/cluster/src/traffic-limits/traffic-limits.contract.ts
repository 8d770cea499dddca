import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LimitedParty, RequestLimits, TrafficLimits } from '@turnpike/core';

export interface TrafficLimitsHarness {
  trafficLimits: TrafficLimits;
  /** Lets the node hear what all have counted; nothing where there is one. */
  exchange(): Promise<void>;
  close(): Promise<void>;
}

let parties = 0;

/** Somebody nobody asked about before. */
export function newParty(limits: RequestLimits): LimitedParty {
  parties += 1;
  return { scope: parties % 2 === 0 ? 'group' : 'channel', id: `p${String(parties)}`, limits };
}

/** Every promise that `TrafficLimits` makes. */
export function describeTrafficLimits(
  name: string,
  open: () => Promise<TrafficLimitsHarness>,
): void {
  describe(`TrafficLimits (${name})`, () => {
    let harness: TrafficLimitsHarness;
    let limits: TrafficLimits;
    beforeAll(async () => {
      harness = await open();
      limits = harness.trafficLimits;
    });
    afterAll(() => harness.close());

    /** Before and after the nodes exchanged, it must be the same. */
    async function settled(check: () => void): Promise<void> {
      check();
      await harness.exchange();
      check();
    }

    it('refuses more requests in a minute than allowed, and says when to come again', async () => {
      const party = newParty({ requestsPerMinute: 2 });
      for (let n = 0; n < 2; n += 1) {
        expect(limits.refuse(party, 10)).toBe(undefined);
        limits.begin(party, 10).end(10);
      }
      await settled(() => {
        expect(limits.refuse(party, 10)).toMatchObject({ kind: 'requests', limit: 2 });
        expect(limits.refuse(party, 10)?.retryAfterMs).toBeGreaterThan(0);
      });
    });

    it('counts tokens as estimated until the actual number is known', async () => {
      const party = newParty({ tokensPerMinute: 1000 });
      const permit = limits.begin(party, 900);
      await settled(() => {
        expect(limits.refuse(party, 200)).toMatchObject({ kind: 'tokens', limit: 1000 });
        expect(limits.refuse(party, 50)).toBe(undefined);
      });
      permit.end(100);
      await settled(() => {
        expect(limits.refuse(party, 200)).toBe(undefined);
      });
    });

    it('counts what is in flight, and ends each request once', async () => {
      const party = newParty({ concurrency: 2 });
      const [first, second] = [limits.begin(party, 1), limits.begin(party, 1)];
      await settled(() => {
        expect(limits.refuse(party, 1)).toMatchObject({ kind: 'concurrency', limit: 2 });
      });
      first.end(1);
      first.end(1);
      await settled(() => {
        expect(limits.refuse(party, 1)).toBe(undefined);
      });
      limits.begin(party, 1);
      await settled(() => {
        expect(limits.refuse(party, 1)).toMatchObject({ kind: 'concurrency' });
      });
      second.end(1);
    });

    it('counts nothing of a request that was not made', async () => {
      const party = newParty({ requestsPerMinute: 1, tokensPerMinute: 100, concurrency: 1 });
      limits.begin(party, 100).cancel();
      await settled(() => {
        expect(limits.refuse(party, 100)).toBe(undefined);
      });
    });

    it('keeps groups and channels apart, and goes by the limits of the moment', async () => {
      const party = newParty({ requestsPerMinute: 1 });
      limits.begin(party, 1);
      expect(limits.refuse(newParty({ requestsPerMinute: 1 }), 1)).toBe(undefined);
      await settled(() => {
        expect(limits.refuse({ ...party, limits: { requestsPerMinute: 2 } }, 1)).toBe(undefined);
        expect(limits.refuse({ ...party, limits: {} }, 1)).toBe(undefined);
        expect(limits.refuse(party, 1)).toMatchObject({ kind: 'requests' });
      });
    });
  });
}
