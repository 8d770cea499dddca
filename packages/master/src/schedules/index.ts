import type { ScheduledJob } from '@turnpike/core';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import type { MasterSettings } from '../master-deps.ts';
import type { ConfigPublisher } from '../publisher/publish-config.ts';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import type { LogPruner } from './prune-request-logs.ts';

const HOUR_MS = 3_600_000;

export interface ScheduleDeps {
  publisher: ConfigPublisher;
  channelTests: ChannelTestService;
  channelBalances: ChannelBalanceService;
  logPruner: LogPruner;
  settings: Pick<
    MasterSettings,
    'channelTestIntervalMs' | 'channelUpdateIntervalMs' | 'configSyncIntervalMs'
  >;
}

/** The periodic work of the control plane. Names are for ever: schedulers remember them. */
export function listJobs({
  publisher,
  channelTests,
  channelBalances,
  logPruner,
  settings,
}: ScheduleDeps): ScheduledJob[] {
  const jobs: ScheduledJob[] = [
    {
      name: 'publish-config',
      intervalMs: settings.configSyncIntervalMs,
      run: () => publisher.publishIfNewer(),
    },
    { name: 'prune-request-logs', intervalMs: HOUR_MS, run: () => logPruner.run() },
  ];
  if (settings.channelTestIntervalMs !== undefined)
    jobs.push({
      name: 'test-channels',
      intervalMs: settings.channelTestIntervalMs,
      run: () => channelTests.runScheduled(),
    });
  if (settings.channelUpdateIntervalMs !== undefined)
    jobs.push({
      name: 'update-balances',
      intervalMs: settings.channelUpdateIntervalMs,
      run: () => channelBalances.runScheduled(),
    });
  return jobs;
}
