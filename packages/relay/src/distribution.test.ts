import { describe, expect, it } from '@jest/globals';
import { createDistribution } from '@turnpike/core';
import fc from 'fast-check';
import { AggregatorRegistry, Histogram, Registry } from 'prom-client';

const bounds = [0.005, 0.5, 1, 30];
const about = ['turnpike_test_seconds', 'Time of a test.'] as const;
const operations = ['chat', 'embeddings'] as const;

interface Observed {
  operation: (typeof operations)[number];
  value: number;
}

const observed = fc.array(
  fc.record({
    operation: fc.constantFrom(...operations),
    value: fc.oneof(
      fc.constantFrom(0, ...bounds, 31),
      fc.double({ min: 0, max: 100, noNaN: true }),
    ),
  }),
);

function ours(values: readonly Observed[]): Registry {
  const registry = new Registry();
  const metric = createDistribution(...about, bounds);
  registry.registerMetric(metric as unknown as Histogram);
  const children = {
    chat: metric.child({ operation: 'chat' }),
    embeddings: metric.child({ operation: 'embeddings' }),
  };
  for (const { operation, value } of values) children[operation].observe(value);
  return registry;
}

function theirs(values: readonly Observed[]): Registry {
  const registry = new Registry();
  const [name, help] = about;
  const labelNames = ['operation'] as const;
  const metric = new Histogram({ name, help, labelNames, buckets: bounds, registers: [registry] });
  for (const operation of operations) metric.zero({ operation });
  for (const { operation, value } of values) metric.labels({ operation }).observe(value);
  return registry;
}

describe('a distribution', () => {
  it('reads as a histogram of prom-client that saw the same', async () => {
    await fc.assert(
      fc.asyncProperty(observed, async (values) => {
        expect(await ours(values).metrics()).toBe(await theirs(values).metrics());
      }),
    );
  });

  it('adds up over several processes', async () => {
    const values: Observed[] = [
      { operation: 'chat', value: 0.2 },
      { operation: 'chat', value: 40 },
    ];
    const processes = [
      await ours(values).getMetricsAsJSON(),
      await ours(values).getMetricsAsJSON(),
    ];
    const together = AggregatorRegistry.aggregate(processes);

    expect(await together.metrics()).toBe(await theirs([...values, ...values]).metrics());
  });
});
