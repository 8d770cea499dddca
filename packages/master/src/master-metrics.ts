import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ParkedUsage, UsageQueue } from '@turnpike/core';
import { createPatientReader } from './patient-reader.ts';

/** What became of a usage event that a master was handed. */
export type UsageOutcome = 'charged' | 'repeated' | 'parked';

/** What masters count. */
export interface MasterMetrics {
  usageHandled(outcome: UsageOutcome, count: number): void;
  /** Between the end of a request and the commit of its charge. Milliseconds. */
  usageAged(ageMs: number): void;
  entriesExpired(count: number): void;
  entriesRecovered(count: number): void;
  /** Accounts whose balance is not the sum of its ledger. */
  driftFound(accounts: number): void;
  /** An account of which Redis knew a later version than the database. */
  accountAhead(): void;
  /** Default: the main one. */
  databaseFailed(database?: DatabaseName): void;
}

/** The one of `SQL_DSN`, and that of `LOG_SQL_DSN`. */
export type DatabaseName = 'main' | 'logs';

/** What is read when somebody asks for the metrics. */
export interface MasterGauges {
  usageQueue: Pick<UsageQueue, 'counts'>;
  parkedUsage: Pick<ParkedUsage, 'count'>;
}

const seconds = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 86_400];

/**
 * Registers the metrics of a master. Call it once for each registry, after the relay's: both count usage events, under
 * one name.
 */
export function createMasterMetrics(registry: Registry, gauges: MasterGauges): MasterMetrics {
  const registers = [registry];
  const counter = (name: string, help: string) => new Counter({ name, help, registers });
  const events = findUsageEvents(registry);
  const age = new Histogram({
    name: 'turnpike_usage_event_age_seconds',
    help: 'From the end of a request to the commit of its charge.',
    buckets: seconds,
    registers,
  });
  registerGauges(registry, gauges);
  const expired = counter(
    'turnpike_ledger_expired_entries_total',
    'Reservations that nobody extended or settled in time.',
  );
  const recovered = counter(
    'turnpike_ledger_recovered_entries_total',
    'Settled reservations whose usage never arrived, charged by what the ledger knew.',
  );
  const drift = new Gauge({
    name: 'turnpike_ledger_drift_accounts',
    help: 'Accounts whose balance is not the sum of its entries minus its usage, at the last check.',
    aggregator: 'max',
    registers,
  });
  const ahead = counter(
    'turnpike_ledger_ahead_accounts_total',
    'Balances that were newer in Redis than in the database and were set back.',
  );
  const failures = new Counter({
    name: 'turnpike_database_errors_total',
    help: 'Failures of the database that pass, of the main one and of that of the logs.',
    labelNames: ['database'] as const,
    registers,
  });
  // A series that begins with its first failure would not be seen to rise.
  for (const database of ['main', 'logs']) failures.inc({ database }, 0);

  return {
    usageHandled(outcome, count) {
      if (count > 0) events.inc({ outcome }, count);
    },
    usageAged(ageMs) {
      age.observe(Math.max(0, ageMs) / 1000);
    },
    entriesExpired(count) {
      expired.inc(count);
    },
    entriesRecovered(count) {
      recovered.inc(count);
    },
    driftFound(accounts) {
      drift.set(accounts);
    },
    accountAhead() {
      ahead.inc();
    },
    databaseFailed(database = 'main') {
      failures.inc({ database });
    },
  };
}

const USAGE_EVENTS = 'turnpike_usage_events_total';

/** The relay of this process may have registered it already. */
function findUsageEvents(registry: Registry): Counter<'outcome'> {
  const known = registry.getSingleMetric(USAGE_EVENTS) as Counter<'outcome'> | undefined;
  return (
    known ??
    new Counter({
      name: USAGE_EVENTS,
      help: 'Usage events by what became of them.',
      labelNames: ['outcome'] as const,
      registers: [registry],
    })
  );
}

function registerGauges(registry: Registry, { usageQueue, parkedUsage }: MasterGauges): void {
  const registers = [registry];
  const readCounts = createPatientReader(() => usageQueue.counts());
  const readParked = createPatientReader(() => parkedUsage.count());
  new Gauge({
    name: 'turnpike_usage_queue_jobs',
    help: 'Usage batches in the queue.',
    aggregator: 'max',
    labelNames: ['state'] as const,
    registers,
    async collect() {
      const counts = await readCounts();
      this.reset();
      if (counts === undefined) return;
      this.set({ state: 'waiting' }, counts.waiting);
      this.set({ state: 'active' }, counts.active);
      this.set({ state: 'delayed' }, counts.delayed);
    },
  });
  new Gauge({
    name: 'turnpike_usage_queue_oldest_seconds',
    help: 'Age of the oldest usage event that waits in the queue.',
    aggregator: 'max',
    registers,
    async collect() {
      const counts = await readCounts();
      this.set(counts === undefined ? Number.NaN : counts.oldestMs / 1000);
    },
  });
  new Gauge({
    name: 'turnpike_usage_parked_events',
    help: 'Usage events and jobs that could not be applied and wait for an administrator.',
    aggregator: 'max',
    registers,
    async collect() {
      this.set((await readParked()) ?? Number.NaN);
    },
  });
}
