import type { Logger } from '@turnpike/core';

interface Part {
  name: string;
  stop(): Promise<void> | void;
}

/** What was started, to be stopped in reverse order. */
export interface Lifecycle {
  /** Registers a part that runs from now on. */
  onStop(name: string, stop: Part['stop']): void;
  /** Stops every part, also after one failed to; repeating it waits for the first stop. */
  stop(): Promise<void>;
}

export function createLifecycle(logger: Logger): Lifecycle {
  const parts: Part[] = [];
  let stopping: Promise<void> | undefined;

  const stopAll = async (): Promise<void> => {
    for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
      try {
        await part.stop();
      } catch (error) {
        logger.error({ err: error, part: part.name }, 'part did not stop cleanly');
      }
    }
  };

  return {
    onStop: (name, stop) => void parts.push({ name, stop }),
    stop: () => (stopping ??= stopAll()),
  };
}
