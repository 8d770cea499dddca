import type { ChannelHealthReport, ChannelHealthSink, Logger } from '@turnpike/core';
import type { ChannelStatusSwitch } from './channel-status.ts';
import type { CurrentOptions } from './current-options.ts';

export interface ChannelHealthServiceDeps {
  currentOptions: CurrentOptions;
  channelStatus: ChannelStatusSwitch;
  logger: Logger;
}

export interface ChannelHealthService extends ChannelHealthSink {
  /** Resolves when every report is dealt with. */
  idle(): Promise<void>;
}

/** Acts on what relays report; many reports of one channel at the same time are one. */
export function createChannelHealthService(deps: ChannelHealthServiceDeps): ChannelHealthService {
  const underWay = new Map<number, Promise<void>>();

  async function act(report: ChannelHealthReport): Promise<void> {
    try {
      const options = await deps.currentOptions.read();
      if (options.AutomaticDisableChannelEnabled) await deps.channelStatus.disable(report);
      else deps.logger.debug({ ...report }, 'channel failed for good; disabling is switched off');
    } catch (error) {
      // The relay cannot wait for this, and the next failing request reports again.
      deps.logger.error({ err: error, channelId: report.channelId }, 'channel not disabled');
    } finally {
      underWay.delete(report.channelId);
    }
  }

  return {
    reportFatalError(report) {
      if (!underWay.has(report.channelId)) underWay.set(report.channelId, act(report));
    },
    async idle() {
      await Promise.all(underWay.values());
    },
  };
}
