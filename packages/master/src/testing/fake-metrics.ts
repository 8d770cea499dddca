import type { MasterMetrics } from '../master-metrics.ts';

export type CountedMetrics = MasterMetrics & { counts: Record<string, number> };

/** Metrics as plain sums. */
export function createFakeMetrics(): CountedMetrics {
  const counts: Record<string, number> = {};
  const add = (name: string, count = 1) => {
    if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  };
  return {
    counts,
    usageHandled: (outcome, count) => add(outcome, count),
    usageAged: () => add('aged'),
    entriesExpired: (count) => add('expired', count),
    entriesRecovered: (count) => add('recovered', count),
    driftFound: (accounts) => void (counts['drift'] = accounts),
    accountAhead: () => add('ahead'),
    databaseFailed: (database = 'main') =>
      add(database === 'main' ? 'databaseFailed' : 'logDatabaseFailed'),
  };
}
