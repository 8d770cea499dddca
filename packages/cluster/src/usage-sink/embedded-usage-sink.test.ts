import { describe, expect, it } from '@jest/globals';
import type { UsageEvent } from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import { createEmbeddedUsageSink } from './embedded-usage-sink.ts';
import { describeUsageSink, type UsageSinkHarness } from './usage-sink.contract.ts';

function openEmbedded(): UsageSinkHarness & { refuse(requestId: string): void } {
  const charged = new Map<string, UsageEvent>();
  const refused = new Set<string>();
  const settled = new Set<string>();
  let commits = 0;
  let isUp = true;
  const sink = createEmbeddedUsageSink({
    ledgerRepository: {
      applyUsage(events) {
        if (!isUp || events.some(({ requestId }) => refused.has(requestId))) {
          return Promise.reject(new Error('disk full'));
        }
        commits += 1;
        for (const event of events) charged.set(event.requestId, event);
        return Promise.resolve({ charged: events.length, repeated: 0, users: [], apiTokens: [] });
      },
    },
    ledger: {
      settle(events) {
        for (const { requestId } of events) settled.add(requestId);
        return Promise.resolve();
      },
      absorb: () => Promise.resolve(),
      invalidate: () => Promise.resolve(),
    },
    inFlight: () => 0,
  });
  return {
    sink,
    charged: () => [...charged.values()],
    settled: () => [...settled],
    commits: () => commits,
    setBackendUp: (up) => void (isUp = up),
    refuse: (requestId) => void refused.add(requestId),
    close: () => sink.close(),
  };
}

describeUsageSink('embedded', () => Promise.resolve(openEmbedded()));

describe('createEmbeddedUsageSink', () => {
  it('refuses only the answer whose event can not be charged', async () => {
    const harness = openEmbedded();
    const [good, bad, alsoGood] = [makeUsageEvent(), makeUsageEvent(), makeUsageEvent()];
    harness.refuse(bad.requestId);

    const results = await Promise.allSettled(
      [good, bad, alsoGood].map((event) => harness.sink.publish([event])),
    );

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(harness.charged()).toHaveLength(2);
    await harness.close();
  });
});
