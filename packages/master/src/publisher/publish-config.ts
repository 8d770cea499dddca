import {
  managementErrors,
  type ConfigBus,
  type ConfigRepository,
  type Logger,
} from '@turnpike/core';
import { persistently } from '../services/persistently.ts';

export interface ConfigPublisherDeps {
  configRepository: ConfigRepository;
  configBus: ConfigBus;
  logger: Logger;
}

export interface ConfigPublisher {
  /**
   * Hands the committed configuration to the relays; resolves when they have what was committed before the call.
   * Calls at the same time share a run.
   *
   * @throws `saved_not_published` when database or bus cannot be reached
   */
  publish(): Promise<void>;
  /**
   * Publishes if the database holds a newer version than the published one: heals what a failed publish left. An older
   * one means that the database was restored to an earlier moment: relays follow it.
   */
  publishIfNewer(): Promise<void>;
  /** Resolves when no run is under way. */
  idle(): Promise<void>;
}

/** Reads the new state and announces it. A run that began before a change may have missed it, so the next one is awaited. */
export function createConfigPublisher(deps: ConfigPublisherDeps): ConfigPublisher {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;

  async function readAndPublish(): Promise<void> {
    try {
      const snapshot = await deps.configRepository.readSnapshot();
      await persistently(() => deps.configBus.publishSnapshot(snapshot));
      deps.logger.debug({ version: snapshot.version }, 'configuration published');
    } catch (cause) {
      deps.logger.error({ err: cause }, 'configuration could not be published');
      throw managementErrors.notPublished({}, { cause });
    }
  }

  function run(): Promise<void> {
    running = readAndPublish().finally(() => {
      running = undefined;
    });
    return running;
  }

  function publish(): Promise<void> {
    if (running === undefined) return run();
    waiting ??= settled(running).then(() => {
      waiting = undefined;
      return run();
    });
    return waiting;
  }

  return {
    publish,
    async publishIfNewer() {
      // The published one first: it cannot be ahead of a database that is read after it.
      const published = await deps.configBus.latestSnapshot();
      const version = await deps.configRepository.readVersion();
      if (published !== undefined && version < published.version) {
        deps.logger.error(
          { published: published.version, version },
          'database is older than the published configuration; relays follow it',
        );
        await deps.configRepository.raiseVersion(published.version);
        await publish();
      } else if (published === undefined || version > published.version) await publish();
    },
    async idle() {
      while (running !== undefined || waiting !== undefined) await settled(waiting ?? running);
    },
  };
}

/** Waits for the end of a run, whatever it was: its own caller is told how it ended. */
async function settled(run: Promise<void> | undefined): Promise<void> {
  await Promise.allSettled([run]);
}
