import type { BusEvents, ConfigBus, ConfigSnapshot } from '@turnpike/core';

type Handlers = { [Name in keyof BusEvents]: Set<(event: BusEvents[Name]) => void> };

/** The bus of one process: handlers run before the publishing call resolves, so a change is effective when it is answered. */
export function createInProcessConfigBus(): ConfigBus {
  const handlers: Handlers = { 'config-changed': new Set(), 'accounts-changed': new Set() };
  let latest: ConfigSnapshot | undefined;

  return {
    publishSnapshot(snapshot) {
      if (latest === undefined || snapshot.version > latest.version) {
        latest = snapshot;
        for (const handle of handlers['config-changed']) handle({ version: snapshot.version });
      }
      return Promise.resolve();
    },
    latestSnapshot: () => Promise.resolve(latest),
    announceAccounts(change) {
      for (const handle of handlers['accounts-changed']) handle(change);
      return Promise.resolve();
    },
    subscribe(name, handler) {
      handlers[name].add(handler);
      return () => void handlers[name].delete(handler);
    },
  };
}
