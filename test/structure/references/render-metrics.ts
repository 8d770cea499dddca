import { Registry } from 'prom-client';
import { createClusterMetrics } from '../../../packages/cluster/src/cluster-metrics.ts';
import { createMasterMetrics } from '../../../packages/master/src/master-metrics.ts';
import { registerGivenUpNotifications } from '../../../packages/master/src/notifications/given-up-metric.ts';
import { createRelayMetrics } from '../../../packages/relay/src/relay-metrics.ts';
import { registerReadiness } from '../../../packages/server/src/http/readiness-metric.ts';
import { code, generatedNote, renderTable } from './markdown-table.ts';

/** What prom-client keeps of a metric and does not type. */
interface RegisteredMetric {
  name: string;
  help: string;
  labelNames?: string[];
}

/** `docs/reference/metrics.md`. */
export function renderMetrics(): string {
  const rows = listMetrics().map(({ name, help, labelNames = [] }) => [
    code(name),
    labelNames.map(code).join(', '),
    help,
  ]);
  return `${generatedNote}

# Metrics

\`GET /metrics\` answers in the format of Prometheus. Units are base units (seconds, bytes, quota units), and labels have few
values: never a user, a key or free text. Beside those below, \`prom-client\`'s default metrics of the process are there
(\`process_*\`, \`nodejs_*\`).

${renderTable(['Metric', 'Labels', 'What it counts'], rows)}
`;
}

/** Every metric of ours, in the order in which they are registered. */
export function listMetrics(): RegisteredMetric[] {
  const registry = new Registry();
  createRelayMetrics(registry, {
    openEntries: () => Promise.resolve({ count: 0, amount: 0 }),
    snapshotVersion: () => 0,
  });
  createMasterMetrics(registry, {
    usageQueue: {
      counts: () => Promise.resolve({ waiting: 0, active: 0, delayed: 0, oldestMs: 0 }),
    },
    parkedUsage: { count: () => Promise.resolve(0) },
  });
  createClusterMetrics(registry, { nodeId: '', role: '', version: '' }).watch(
    { journalBytes: 0, oldestUnacknowledgedAt: 0, unacknowledgedCount: 0, resentCount: 0 },
    () => 0,
  );
  registerReadiness(registry, () => true);
  registerGivenUpNotifications(registry, () => Promise.resolve(0));
  return registry.getMetricsAsArray();
}
