import { describe, expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { createMasterMetrics } from './master-metrics.ts';

const counts = { waiting: 3, active: 1, delayed: 2, oldestMs: 4500 };

describe('the metrics of a master', () => {
  it('show the queue and what is parked as of the moment when they are read', async () => {
    const registry = new Registry();
    createMasterMetrics(registry, {
      usageQueue: { counts: async () => counts },
      parkedUsage: { count: async () => 7 },
    });

    const text = await registry.metrics();

    expect(text).toContain('turnpike_usage_queue_jobs{state="waiting"} 3');
    expect(text).toContain('turnpike_usage_queue_jobs{state="delayed"} 2');
    expect(text).toContain('turnpike_usage_queue_oldest_seconds 4.5');
    expect(text).toContain('turnpike_usage_parked_events 7');
  });

  it('can be read while queue and database are away', async () => {
    const registry = new Registry();
    const metrics = createMasterMetrics(registry, {
      usageQueue: { counts: () => Promise.reject(new Error('away')) },
      parkedUsage: { count: () => Promise.reject(new Error('away')) },
    });
    metrics.databaseFailed();
    metrics.databaseFailed();
    metrics.databaseFailed('logs');

    const text = await registry.metrics();

    expect(text).toContain('turnpike_database_errors_total{database="main"} 2');
    expect(text).toContain('turnpike_database_errors_total{database="logs"} 1');
    expect(text).toContain('turnpike_usage_parked_events Nan');
    expect(text).not.toContain('turnpike_usage_queue_jobs{');
  });

  it('share the counter of usage events with the relay of the process', async () => {
    const registry = new Registry();
    const relays = new Counter({
      name: 'turnpike_usage_events_total',
      help: 'Usage events by what became of them.',
      labelNames: ['outcome'],
      registers: [registry],
    });
    const metrics = createMasterMetrics(registry, {
      usageQueue: { counts: async () => counts },
      parkedUsage: { count: async () => 0 },
    });
    relays.inc({ outcome: 'published' });
    metrics.usageHandled('charged', 2);
    metrics.usageAged(1500);

    const text = await registry.metrics();

    expect(text).toContain('turnpike_usage_events_total{outcome="published"} 1');
    expect(text).toContain('turnpike_usage_events_total{outcome="charged"} 2');
    expect(text).toContain('turnpike_usage_event_age_seconds_bucket{le="2.5"} 1');
  });
});
