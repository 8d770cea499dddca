import type { ScheduledJob } from '@turnpike/core';
import { createDriftCheck, type DriftCheckDeps } from './check-drift.ts';
import { createEntryExpiry, type ExpireEntriesDeps } from './expire-entries.ts';
import { createParkedSweep } from './forget-parked.ts';
import { createAssumedPublisher, type AssumedPublisherDeps } from './publish-assumed.ts';
import { createBalanceSweep, type BalanceSweepDeps } from './sweep-balances.ts';
import { createEntrySweep, type EntrySweepDeps } from './sweep-entries.ts';

export interface LedgerRepairSettings {
  /** `EXPIRE_INTERVAL`, milliseconds. */
  expireIntervalMs: number;
  /** `SWEEP_INTERVAL`, milliseconds. */
  sweepIntervalMs: number;
  /** `RECOVER_AFTER`, milliseconds. */
  recoverAfterMs: number;
  /** Milliseconds between two additions of the whole ledger; default an hour. */
  driftIntervalMs?: number;
}

type Needs = ExpireEntriesDeps &
  EntrySweepDeps &
  BalanceSweepDeps &
  DriftCheckDeps &
  AssumedPublisherDeps &
  Parameters<typeof createParkedSweep>[0];

export type LedgerRepairDeps = Omit<Needs, 'assumedPublisher' | 'settings'> & {
  settings: LedgerRepairSettings;
};

const HOUR_MS = 3_600_000;

/** The periodic work that keeps the ledger of a cluster right. Names are for ever: schedulers remember them. */
export function listRepairJobs(deps: LedgerRepairDeps): ScheduledJob[] {
  const { expireIntervalMs, sweepIntervalMs, recoverAfterMs, driftIntervalMs } = deps.settings;
  const assumedPublisher = createAssumedPublisher(deps);
  const sweepEntries = createEntrySweep({
    ...deps,
    assumedPublisher,
    settings: { republishAfterMs: sweepIntervalMs, recoverAfterMs },
  });
  const sweepBalances = createBalanceSweep(deps);
  const sweepParked = createParkedSweep(deps);
  return [
    {
      name: 'expire-entries',
      intervalMs: expireIntervalMs,
      run: createEntryExpiry({ ...deps, assumedPublisher }),
    },
    {
      name: 'sweep-ledger',
      intervalMs: sweepIntervalMs,
      async run() {
        await sweepEntries();
        await sweepBalances();
        await sweepParked();
      },
    },
    {
      name: 'check-ledger-drift',
      intervalMs: driftIntervalMs ?? HOUR_MS,
      run: createDriftCheck(deps),
    },
  ];
}
