import {
  channelStatuses,
  managementErrors,
  type Channel,
  type ChannelRepository,
  type Clock,
  type Logger,
  type ProbeResult,
} from '@turnpike/core';
import type { ChannelTestProgress, ChannelTestResult } from '@turnpike/core/contract';
import type { Notifier } from '../notifications/notifier.ts';
import { findChannel } from './channel-service.ts';
import type { ChannelStatusSwitch } from './channel-status.ts';
import type { CurrentOptions } from './current-options.ts';
import { pause, untilAborted } from './pause.ts';
import { namesChannels, selectChannels } from './select-channels.ts';
import type { TestChannel } from './test-channel.ts';

export interface ChannelTestServiceDeps {
  channels: ChannelRepository;
  testChannel: TestChannel;
  channelStatus: ChannelStatusSwitch;
  notifier: Notifier;
  currentOptions: CurrentOptions;
  clock: Clock;
  logger: Logger;
  /** Between two channels. */
  pollingIntervalMs: number;
}

export interface ChannelTestService {
  /** Tests one channel, disabled ones too; its status stays. @throws `not_found` */
  test(channelId: number, model?: string): Promise<ProbeResult>;
  /** Starts a run over the channels of a scope. @throws `channel_test_running`, `invalid_parameter` */
  start(scope: string): void;
  /** One run from beginning to end; nothing where another one is under way. */
  runScheduled(): Promise<void>;
  progress(): ChannelTestProgress;
  /** Ends a run without waiting for the test that is under way. */
  stop(): Promise<void>;
}

/** Tests of channels on the path of real traffic; one run at a time, and whatever happens in it, it ends. */
export function createChannelTestService(deps: ChannelTestServiceDeps): ChannelTestService {
  let progress = emptyProgress();
  let run: { ended: Promise<void>; abort: AbortController } | undefined;

  async function testAll(scope: string, signal: AbortSignal): Promise<void> {
    try {
      const channels = await selectChannels(deps.channels, scope);
      progress.total = channels.length;
      if (channels.length === 0 && namesChannels(scope))
        progress.problem = `No channel is in the scope '${scope}'.`;
      for (const [index, channel] of channels.entries()) {
        if (index > 0) await pause(deps.pollingIntervalMs, signal);
        const result = signal.aborted
          ? undefined
          : await untilAborted(testAndJudge(channel), signal);
        if (result === undefined) break;
        note(result);
      }
      if (signal.aborted) progress.problem = 'The run was stopped.';
    } catch (error) {
      deps.logger.error({ err: error, scope }, 'channel test run failed');
      progress.problem = 'The run failed: see the log of the gateway.';
    } finally {
      progress.isRunning = false;
      progress.finishedAt = deps.clock.now();
    }
  }

  function note(result: ChannelTestResult): void {
    progress.tested += 1;
    progress[result.isOk ? 'succeeded' : 'failed'] += 1;
    progress.results.push(result);
  }

  /** One channel that cannot be tested must not hide how the others are. */
  async function testAndJudge(channel: Channel): Promise<ChannelTestResult> {
    const about = { channelId: channel.id, channelName: channel.name };
    try {
      const result = await deps.testChannel(channel);
      const action = await judge(channel, result);
      const { isOk, durationMs, message } = result;
      return { ...about, isOk, durationMs, message, action };
    } catch (error) {
      deps.logger.error({ err: error, channelId: channel.id }, 'channel test failed');
      const message = 'The test could not be done: see the log of the gateway.';
      return { ...about, isOk: false, durationMs: 0, message, action: 'none' };
    }
  }

  async function judge(
    channel: Channel,
    result: ProbeResult,
  ): Promise<ChannelTestResult['action']> {
    const options = await deps.currentOptions.read();
    const change = { channelId: channel.id, channelName: channel.name };
    if (channel.status === channelStatuses.enabled) {
      const reason = findFault(result, options.ChannelDisableThreshold);
      if (reason === undefined) return 'none';
      if (!options.AutomaticDisableChannelEnabled) {
        deps.logger.warn({ ...change, reason }, 'channel failed its test');
        await deps.notifier.tell({
          type: 'channel.failing',
          data: { channel_id: channel.id, channel_name: channel.name, reason },
        });
        return 'none';
      }
      return (await deps.channelStatus.disable({ ...change, reason })) ? 'disabled' : 'none';
    }
    if (
      channel.status === channelStatuses.autoDisabled &&
      result.isOk &&
      findFault(result, options.ChannelDisableThreshold) === undefined &&
      options.AutomaticEnableChannelEnabled
    ) {
      const reason = 'its test succeeded';
      return (await deps.channelStatus.enable({ ...change, reason })) ? 'enabled' : 'none';
    }
    return 'none';
  }

  /** For whoever began it; one that comes by the clock tells of faults only. */
  async function tellEnd(): Promise<void> {
    const { scope, total, succeeded, failed, problem } = progress;
    if (problem !== null) return;
    const data = { scope, total, succeeded, failed };
    await deps.notifier.tell({ type: 'channels.tested', data });
  }

  function begin(scope: string, whenEnded?: () => Promise<void>): Promise<void> {
    const abort = new AbortController();
    progress = { ...emptyProgress(), isRunning: true, scope, startedAt: deps.clock.now() };
    run = { ended: testAll(scope, abort.signal).then(whenEnded), abort };
    return run.ended;
  }

  return {
    async test(channelId, model) {
      return deps.testChannel(await findChannel(deps.channels, channelId), model);
    },
    start(scope) {
      if (progress.isRunning) throw managementErrors.testRunning();
      void begin(scope, tellEnd); // never rejects
    },
    async runScheduled() {
      if (!progress.isRunning) await begin('all');
    },
    progress: () => ({ ...progress, results: [...progress.results] }),
    async stop() {
      run?.abort.abort();
      await run?.ended;
    },
  };
}

function emptyProgress(): ChannelTestProgress {
  return {
    isRunning: false,
    scope: '',
    startedAt: null,
    finishedAt: null,
    total: 0,
    tested: 0,
    succeeded: 0,
    failed: 0,
    problem: null,
    results: [],
  };
}

/** Why an enabled channel should not stay enabled; a threshold of 0 seconds means that slowness is no fault. */
function findFault(result: ProbeResult, thresholdSeconds: number): string | undefined {
  if (!result.isOk) return result.isFatal ? result.message : undefined;
  const seconds = result.durationMs / 1000;
  if (thresholdSeconds > 0 && seconds > thresholdSeconds)
    return `its answer took ${seconds.toFixed(2)} s, more than the limit of ${String(thresholdSeconds)} s`;
  return undefined;
}
