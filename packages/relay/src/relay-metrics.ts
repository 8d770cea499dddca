import { Gauge, type Histogram, type Registry } from 'prom-client';
import {
  completionTokensOf,
  createDistribution,
  promptTokensOf,
  type Loss,
  type UsageEvent,
} from '@turnpike/core';
import { placeOf } from './pipeline/loss-policy.ts';
import { createTallyCounter } from './tally.ts';

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** What the data plane counts. Children are resolved to their labels once, because a request has no time for that. */
export interface RelayMetrics {
  requestFinished(operation: string, status: number, durationMs: number, firstByteMs: number): void;
  attemptFinished(provider: string, outcome: string): void;
  usagePublished(event: UsageEvent): void;
  publishFailed(): void;
  /** Something could not be carried from one protocol to another. */
  lossCounted(from: string, to: string, loss: Loss): void;
}

export interface RelayGauges {
  /** Open reservations. */
  openEntries(): Promise<{ count: number; amount: number }>;
  snapshotVersion(): number;
}

/** Registers the relay's metrics. Call it once for each registry. */
export function createRelayMetrics(registry: Registry, gauges: RelayGauges): RelayMetrics {
  const registers = [registry];
  const requests = createTallyCounter({
    name: 'turnpike_relay_requests_total',
    help: 'Finished relay requests.',
    labelNames: ['operation', 'status_class'] as const,
    registers,
  });
  const duration = createDistribution(
    'turnpike_relay_request_duration_seconds',
    'From arrival to the last byte.',
    seconds,
    ['operation'],
  );
  const firstByte = createDistribution(
    'turnpike_relay_first_byte_seconds',
    'From arrival to the first byte sent to the client.',
    seconds,
    ['operation'],
  );
  for (const metric of [duration, firstByte])
    registry.registerMetric(metric as unknown as Histogram);
  const attempts = createTallyCounter({
    name: 'turnpike_upstream_attempts_total',
    help: 'Requests sent to upstreams.',
    labelNames: ['provider', 'outcome'] as const,
    registers,
  });
  const events = createTallyCounter({
    name: 'turnpike_usage_events_total',
    help: 'Usage events by what became of them.',
    labelNames: ['outcome'] as const,
    registers,
  });
  const quota = createTallyCounter({
    name: 'turnpike_usage_quota_total',
    help: 'Quota units charged.',
    registers,
  });
  const tokens = createTallyCounter({
    name: 'turnpike_usage_tokens_total',
    help: 'Tokens charged: input without what came from a cache, cached input, output.',
    labelNames: ['kind'] as const,
    registers,
  });
  const writtenOff = createTallyCounter({
    name: 'turnpike_usage_written_off_quota_total',
    help: 'Quota units that a hard budget could not pay any more.',
    registers,
  });
  const losses = createTallyCounter({
    name: 'gateway_protocol_loss_total',
    help: 'What could not be carried from one protocol to another, by place and severity.',
    labelNames: ['from', 'to', 'at', 'severity'] as const,
    registers,
  });
  new Gauge({
    name: 'turnpike_ledger_open_entries',
    help: 'Reservations of requests in flight, and of finished ones that the database has not taken over yet.',
    registers,
    async collect() {
      this.set((await gauges.openEntries()).count);
    },
  });
  new Gauge({
    name: 'turnpike_ledger_open_quota',
    help: 'Quota units that these reservations set aside.',
    registers,
    async collect() {
      this.set((await gauges.openEntries()).amount);
    },
  });
  new Gauge({
    name: 'turnpike_config_snapshot_version',
    help: 'Version of the configuration in use.',
    // Of several processes the one that is behind tells.
    aggregator: 'min',
    registers,
    collect() {
      this.set(gauges.snapshotVersion());
    },
  });

  const quotaTally = quota.child({});
  const writtenOffTally = writtenOff.child({});
  const requestCounters = new Resolved((operation, statusClass) =>
    requests.child({ operation, status_class: statusClass }),
  );
  const durations = new Resolved((operation) => duration.child({ operation }));
  const firstBytes = new Resolved((operation) => firstByte.child({ operation }));
  const attemptCounters = new Resolved((provider, outcome) =>
    attempts.child({ provider, outcome }),
  );
  const lossCounters = new Resolved((protocols, place) => {
    const [from = '', to = ''] = protocols.split('>');
    const [severity = '', at = ''] = place.split(' ');
    return losses.child({ from, to, at, severity });
  });
  const inputTokens = tokens.child({ kind: 'input' });
  const cachedTokens = tokens.child({ kind: 'cached' });
  const outputTokens = tokens.child({ kind: 'output' });
  const published = events.child({ outcome: 'published' });
  const failed = events.child({ outcome: 'publish-failed' });

  return {
    requestFinished(operation, status, durationMs, firstByteMs) {
      requestCounters.get(operation, statusClassOf(status)).inc();
      durations.get(operation, '').observe(durationMs / 1000);
      if (firstByteMs > 0) firstBytes.get(operation, '').observe(firstByteMs / 1000);
    },
    attemptFinished(provider, outcome) {
      attemptCounters.get(provider, outcome).inc();
    },
    usagePublished(event) {
      published.inc();
      quotaTally.inc(event.quota);
      const cached = event.usage.input.cacheRead;
      inputTokens.inc(promptTokensOf(event.usage) - cached);
      cachedTokens.inc(cached);
      outputTokens.inc(completionTokensOf(event.usage));
      if (event.writtenOff > 0) writtenOffTally.inc(event.writtenOff);
    },
    publishFailed() {
      failed.inc();
    },
    lossCounted(from, to, loss) {
      lossCounters.get(`${from}>${to}`, `${loss.severity} ${placeOf(loss)}`).inc();
    },
  };
}

const statusClasses = ['', '1xx', '2xx', '3xx', '4xx', '5xx'];

function statusClassOf(status: number): string {
  return statusClasses[Math.floor(status / 100)] ?? 'other';
}

/** Remembers what a pair of label values resolved to. */
class Resolved<Child> {
  readonly #byFirst = new Map<string, Map<string, Child>>();
  readonly #resolve: (first: string, second: string) => Child;

  constructor(resolve: (first: string, second: string) => Child) {
    this.#resolve = resolve;
  }

  get(first: string, second: string): Child {
    let bySecond = this.#byFirst.get(first);
    if (bySecond === undefined) this.#byFirst.set(first, (bySecond = new Map<string, Child>()));
    let child = bySecond.get(second);
    if (child === undefined) bySecond.set(second, (child = this.#resolve(first, second)));
    return child;
  }
}
