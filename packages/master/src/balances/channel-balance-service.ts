import {
  channelStatuses,
  managementErrors,
  type BalanceAnswer,
  type Channel,
  type ChannelRepository,
  type Clock,
  type Logger,
} from '@turnpike/core';
import type { ChannelBalanceProgress, ChannelBalanceResult } from '@turnpike/core/contract';
import { findChannel } from '../services/channel-service.ts';
import type { ChannelStatusSwitch } from '../services/channel-status.ts';
import { pause } from '../services/pause.ts';
import { selectChannels } from '../services/select-channels.ts';
import type { BalanceReader } from './read-balance.ts';

export interface ChannelBalanceServiceDeps {
  channels: ChannelRepository;
  readBalance: BalanceReader;
  channelStatus: ChannelStatusSwitch;
  clock: Clock;
  logger: Logger;
  /** Between two channels. */
  pollingIntervalMs: number;
}

export interface ChannelBalanceService {
  /**
   * Queries and stores the balance of one channel, disabled ones too; its status stays.
   *
   * @throws `not_found`, `balance_not_supported`
   */
  update(channelId: number): Promise<BalanceAnswer>;
  /** Starts a run over all enabled channels that have a balance. @throws `balance_update_running` */
  start(): void;
  /** One run from beginning to end; nothing where another one is under way. */
  runScheduled(): Promise<void>;
  progress(): ChannelBalanceProgress;
  /** Ends a run, and the query that is under way. */
  stop(): Promise<void>;
}

/**
 * Balances of channels at their upstreams; one run at a time, and whatever happens in it, it ends. A run disables a
 * channel that has nothing left: all of its requests would fail.
 */
export function createChannelBalanceService(
  deps: ChannelBalanceServiceDeps,
): ChannelBalanceService {
  const stopped = new AbortController();
  let progress = emptyProgress();
  let running: Promise<void> = Promise.resolve();

  async function updateAll(signal: AbortSignal): Promise<void> {
    try {
      const channels = (await selectChannels(deps.channels, 'all')).filter(
        ({ status, type }) =>
          status === channelStatuses.enabled && deps.readBalance.isSupported(type),
      );
      progress.total = channels.length;
      for (const [index, channel] of channels.entries()) {
        if (index > 0) await pause(deps.pollingIntervalMs, signal);
        const result = signal.aborted ? undefined : await updateAndJudge(channel);
        if (result === undefined || signal.aborted) break;
        note(result);
      }
      if (signal.aborted) progress.problem = 'The run was stopped.';
    } catch (error) {
      deps.logger.error({ err: error }, 'balance update failed');
      progress.problem = 'The run failed: see the log of the gateway.';
    } finally {
      progress.isRunning = false;
      progress.finishedAt = deps.clock.now();
    }
  }

  function note(result: ChannelBalanceResult): void {
    progress.queried += 1;
    progress[result.isOk ? 'succeeded' : 'failed'] += 1;
    progress.results.push(result);
  }

  /** One channel that cannot be asked must not hide how the others are. */
  async function updateAndJudge(channel: Channel): Promise<ChannelBalanceResult> {
    const about = { channelId: channel.id, channelName: channel.name };
    const failed = { ...about, isOk: false, balance: null, action: 'none' } as const;
    try {
      const answer = await queryAndStore(channel);
      if (answer.problem !== undefined) {
        deps.logger.warn({ ...about, reason: answer.problem }, 'balance of a channel not known');
        return { ...failed, message: answer.problem };
      }
      const { balance } = answer;
      const isDisabled =
        balance <= 0 &&
        (await deps.channelStatus.disable({
          ...about,
          reason: `its balance is insufficient (${String(balance)})`,
        }));
      return {
        ...about,
        isOk: true,
        balance,
        message: '',
        action: isDisabled ? 'disabled' : 'none',
      };
    } catch (error) {
      deps.logger.error({ err: error, channelId: channel.id }, 'balance update failed');
      return { ...failed, message: 'The query could not be done: see the log of the gateway.' };
    }
  }

  async function queryAndStore(channel: Channel): Promise<BalanceAnswer> {
    const answer = await deps.readBalance(channel, stopped.signal);
    if (answer.problem === undefined) {
      const balanceUpdatedTime = Math.floor(deps.clock.now() / 1000);
      await deps.channels.recordBalance(channel.id, {
        balance: answer.balance,
        balanceUpdatedTime,
      });
    }
    return answer;
  }

  function begin(): Promise<void> {
    progress = { ...emptyProgress(), isRunning: true, startedAt: deps.clock.now() };
    running = updateAll(stopped.signal);
    return running;
  }

  return {
    async update(channelId) {
      return queryAndStore(await findChannel(deps.channels, channelId));
    },
    start() {
      if (progress.isRunning) throw managementErrors.balanceUpdateRunning();
      void begin(); // never rejects
    },
    async runScheduled() {
      if (!progress.isRunning) await begin();
    },
    progress: () => ({ ...progress, results: [...progress.results] }),
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

function emptyProgress(): ChannelBalanceProgress {
  return {
    isRunning: false,
    startedAt: null,
    finishedAt: null,
    total: 0,
    queried: 0,
    succeeded: 0,
    failed: 0,
    problem: null,
    results: [],
  };
}
