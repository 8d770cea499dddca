import type {
  Clock,
  OneTimeCodeRepository,
  QuotaReminders,
  ScheduledJob,
  SessionRepository,
} from '@turnpike/core';
import type { ChannelBalanceService } from '../balances/channel-balance-service.ts';
import type { MasterSettings } from '../master-deps.ts';
import type { Notifier } from '../notifications/notifier.ts';
import { remindOfQuota } from '../notifications/remind-of-quota.ts';
import type { ConfigPublisher } from '../publisher/publish-config.ts';
import type { ChannelTestService } from '../services/channel-test-service.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import type { LogPruner } from './prune-request-logs.ts';

export interface ScheduleDeps {
  publisher: ConfigPublisher;
  channelTests: ChannelTestService;
  channelBalances: ChannelBalanceService;
  sessions: SessionRepository;
  oneTimeCodes: OneTimeCodeRepository;
  quotaReminders: QuotaReminders;
  currentOptions: CurrentOptions;
  notifier: Notifier;
  clock: Clock;
  logPruner: LogPruner;
  settings: Pick<
    MasterSettings,
    | 'channelTestIntervalMs'
    | 'channelUpdateIntervalMs'
    | 'configSyncIntervalMs'
    | 'quotaReminderIntervalMs'
  >;
}

const MINUTE = 60_000;

/** The periodic work of the control plane. Names are for ever: schedulers remember them. */
export function listJobs(deps: ScheduleDeps): ScheduledJob[] {
  const { publisher, channelTests, channelBalances, settings } = deps;
  const jobs: ScheduledJob[] = [
    {
      name: 'publish-config',
      intervalMs: settings.configSyncIntervalMs,
      run: () => publisher.publishIfNewer(),
    },
    {
      name: 'remind-of-quota',
      intervalMs: settings.quotaReminderIntervalMs,
      run: () => remindOfQuota(deps),
    },
    {
      name: 'prune-sign-in',
      intervalMs: 60 * MINUTE,
      async run() {
        await deps.sessions.prune(deps.clock.now());
        await deps.oneTimeCodes.prune(deps.clock.now());
      },
    },
    { name: 'prune-request-logs', intervalMs: 60 * MINUTE, run: () => deps.logPruner.run() },
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
