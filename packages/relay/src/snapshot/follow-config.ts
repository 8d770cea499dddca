import type { ConfigBus, Logger, SecretBox } from '@turnpike/core';
import type { ChannelDefaults } from './relay-channel.ts';
import { createRelaySnapshot, type RelaySnapshot } from './relay-snapshot.ts';

/** The relay's view of the configuration: always whole, always the newest that was published. */
export interface ConfigFollower {
  /** Undefined until the first snapshot arrived: the node is not ready. */
  current(): RelaySnapshot | undefined;
  stop(): void;
}

/**
 * Swaps the snapshot in when a newer one is announced, and looks for itself every `pollMs`, because an announcement
 * can be lost. Resolves after the first look.
 */
export async function followConfig(deps: {
  configBus: ConfigBus;
  secretBox: SecretBox;
  pollMs: number;
  logger: Logger;
  channelDefaults?: ChannelDefaults;
}): Promise<ConfigFollower> {
  let current: RelaySnapshot | undefined;
  let hasFailed = false;

  const refresh = async (): Promise<void> => {
    try {
      const latest = await deps.configBus.latestSnapshot();
      hasFailed = false;
      if (latest === undefined || latest.version <= (current?.version ?? -1)) return;
      current = createRelaySnapshot(latest, deps.secretBox, deps.channelDefaults);
      deps.logger.debug(
        { version: latest.version, channels: latest.channels.length },
        'configuration swapped',
      );
    } catch (error) {
      // Looked for several times a second: once says it.
      if (!hasFailed)
        deps.logger.error({ err: error }, 'configuration not read; the last one stays in use');
      hasFailed = true;
    }
  };

  const unsubscribe = deps.configBus.subscribe('config-changed', () => void refresh());
  const timer = setInterval(() => void refresh(), deps.pollMs);
  await refresh();
  return {
    current: () => current,
    stop() {
      clearInterval(timer);
      unsubscribe();
    },
  };
}
