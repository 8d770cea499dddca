import { describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { createTallyCounter } from './tally.ts';

describe('createTallyCounter', () => {
  it('tells each count once, however often the metrics are read', async () => {
    const registry = new Registry();
    const tallies = createTallyCounter({
      name: 'things_total',
      help: 'Things.',
      labelNames: ['kind'],
      registers: [registry],
    });
    const small = tallies.child({ kind: 'small' });
    tallies.child({ kind: 'large' }).inc(7);
    small.inc();
    await registry.metrics();
    small.inc(2);
    const text = await registry.metrics();
    expect(text).toContain('things_total{kind="small"} 3\n');
    expect(text).toContain('things_total{kind="large"} 7\n');
  });

  it('leaves alone what others count in the same counter', async () => {
    const registry = new Registry();
    createTallyCounter({ name: 'a_total', help: 'A.', labelNames: ['by'], registers: [registry] })
      .child({ by: 'us' })
      .inc();
    const shared = registry.getSingleMetric('a_total');
    if (!(shared instanceof Counter)) throw new Error('not registered');
    shared.inc({ by: 'others' }, 5);
    await registry.metrics();
    const text = await registry.metrics();
    expect(text).toContain('a_total{by="us"} 1\n');
    expect(text).toContain('a_total{by="others"} 5\n');
  });
});
