import {
  readOptions,
  type Clock,
  type ConfigBus,
  type OptionRepository,
  type OptionValues,
} from '@turnpike/core';

/** A copy that nobody said is old may still be: an announcement can be lost. */
const MAX_AGE_MS = 5_000;

export interface CurrentOptionsDeps {
  options: OptionRepository;
  configBus: ConfigBus;
  clock: Clock;
}

export interface CurrentOptions {
  /** Typed values; at most {@link MAX_AGE_MS} old, and fresh after a change that was announced. */
  read(): Promise<OptionValues>;
  /** Stops listening for changes. */
  close(): void;
}

/** Reads the options once for many callers. */
export function createCurrentOptions(deps: CurrentOptionsDeps): CurrentOptions {
  let copy: { values: Promise<OptionValues>; readAt: number } | undefined;
  let unsubscribe: (() => void) | undefined;

  return {
    read() {
      unsubscribe ??= deps.configBus.subscribe('config-changed', () => {
        copy = undefined;
      });
      const now = deps.clock.now();
      if (copy === undefined || now - copy.readAt >= MAX_AGE_MS) {
        const fresh = { values: deps.options.all().then(readOptions), readAt: now };
        copy = fresh;
        fresh.values.catch(() => {
          if (copy === fresh) copy = undefined; // the next caller tries again
        });
      }
      return copy.values;
    },
    close() {
      unsubscribe?.();
      unsubscribe = undefined;
    },
  };
}
