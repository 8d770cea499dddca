import type { ConfigBus, ConfigSnapshot, Logger } from '@turnpike/core';

export interface FollowOptionsDeps {
  configBus: Pick<ConfigBus, 'subscribe' | 'latestSnapshot'>;
  noteSnapshot(snapshot: ConfigSnapshot | undefined): void;
  logger: Logger;
  /** Milliseconds after which a Redis that did not answer is asked again. Default 1 000. */
  retryMs?: number;
}

/**
 * Tells the store which options are in force, whenever they may have changed: also when the connection to Redis is made
 * again, which is just when Redis may not answer yet.
 *
 * @returns how to end it
 */
export function followOptions({
  configBus,
  noteSnapshot,
  logger,
  retryMs = 1000,
}: FollowOptionsDeps): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;

  const read = (): void => {
    clearTimeout(timer);
    configBus.latestSnapshot().then(noteSnapshot, (error: unknown) => {
      logger.debug({ err: error }, 'options could not be read; trying again');
      clearTimeout(timer);
      if (!isEnded) timer = setTimeout(read, retryMs).unref();
    });
  };
  const unsubscribe = configBus.subscribe('config-changed', read);
  return () => {
    isEnded = true;
    clearTimeout(timer);
    unsubscribe();
  };
}
