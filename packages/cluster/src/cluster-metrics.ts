import { Counter, Gauge, type Histogram, type Registry } from 'prom-client';
import { createDistribution, type Distribution, type UsageSink } from '@turnpike/core';
import { ledgerOperations, type LedgerMetrics } from './ledger/ledger-metrics.ts';

/** What the sink tells when somebody asks for the metrics. */
export interface WatchedSink {
  readonly journalBytes: number;
  readonly oldestUnacknowledgedAt: number;
  readonly unacknowledgedCount: number;
  readonly resentCount: number;
}

export interface ClusterMetrics {
  ledger: LedgerMetrics;
  /** @param clockOffsetMs milliseconds that the clock of Redis is ahead of this machine's */
  watch(sink: WatchedSink, clockOffsetMs: () => number): void;
  /** The same sink; how long its callers wait is counted. */
  timed(sink: UsageSink): UsageSink;
}

const seconds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Registers what a node counts of its dealings with Redis. Call it once for each registry. */
export function createClusterMetrics(
  registry: Registry,
  node: { nodeId: string; role: string; version: string },
): ClusterMetrics {
  const registers = [registry];
  const observed = (name: string, help: string): Distribution => {
    const metric = createDistribution(name, help, seconds);
    registry.registerMetric(metric as unknown as Histogram);
    return metric.child();
  };
  const reserve = observed('turnpike_reserve_seconds', 'Time to reserve quota, refusals included.');
  const publish = observed(
    'turnpike_usage_publish_seconds',
    'Time until the usage of a request is safe.',
  );
  const failures = new Counter({
    name: 'turnpike_redis_errors_total',
    help: 'Calls that Redis did not answer in time or refused.',
    labelNames: ['operation'] as const,
    registers,
  });
  for (const operation of [...ledgerOperations, 'publish']) failures.inc({ operation }, 0);
  const refusals = new Counter({
    name: 'turnpike_reserve_refusals_total',
    help: 'Reservations that were refused.',
    labelNames: ['reason'] as const,
    registers,
  });
  const restored = new Counter({
    name: 'turnpike_ledger_restored_entries_total',
    help: 'Open entries that Redis had lost and this node put back.',
    registers,
  });
  new Gauge({
    name: 'turnpike_node_info',
    help: 'One for each process that runs.',
    labelNames: ['node_id', 'role', 'version'] as const,
    registers,
  }).set({ node_id: node.nodeId, role: node.role, version: node.version }, 1);

  return {
    ledger: {
      reserved(time, refusal) {
        reserve.observe(time);
        if (refusal !== undefined) refusals.inc({ reason: refusal });
      },
      failed(operation) {
        failures.inc({ operation });
      },
      restored(entries) {
        restored.inc(entries);
      },
    },
    watch(sink, clockOffsetMs) {
      registerJournalGauges(registry, sink);
      new Gauge({
        name: 'turnpike_clock_offset_seconds',
        help: 'How far the clock of Redis is ahead of that of this machine; negative: behind.',
        aggregator: 'average',
        registers,
        collect() {
          this.set(clockOffsetMs() / 1000);
        },
      });
    },
    timed: (sink) => ({
      async publish(events) {
        const startedAt = performance.now();
        try {
          await sink.publish(events);
        } catch (error) {
          failures.inc({ operation: 'publish' });
          throw error;
        }
        publish.observe((performance.now() - startedAt) / 1000);
      },
      close: () => sink.close(),
    }),
  };
}

function registerJournalGauges(registry: Registry, sink: WatchedSink): void {
  const registers = [registry];
  const gauge = (
    name: string,
    help: string,
    read: () => number,
    aggregator: 'sum' | 'max' = 'sum',
  ): void => {
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      collect() {
        this.set(read());
      },
    });
  };
  gauge(
    'turnpike_journal_bytes',
    'Usage of this process that the database has not taken over yet.',
    () => sink.journalBytes,
  );
  gauge(
    'turnpike_journal_unacknowledged_batches',
    'Batches of usage that the database has not taken over yet.',
    () => sink.unacknowledgedCount,
  );
  gauge(
    'turnpike_journal_oldest_unacknowledged_seconds',
    'Age of the oldest usage that the database has not taken over yet.',
    () =>
      sink.oldestUnacknowledgedAt === 0 ? 0 : (Date.now() - sink.oldestUnacknowledgedAt) / 1000,
    'max',
  );
  new Counter({
    name: 'turnpike_usage_resent_batches_total',
    help: 'Batches of usage that were sent again, because nobody said that they were applied.',
    registers,
    collect() {
      this.reset();
      this.inc(sink.resentCount);
    },
  });
}
