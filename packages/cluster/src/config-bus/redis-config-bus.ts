import type {
  AccountDirectory,
  AccountSource,
  BusEvents,
  ConfigBus,
  ConfigSnapshot,
  Logger,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { openAnnouncements, type Announcement, type Announcements } from './announcements.ts';
import { openSnapshotShelf, type SnapshotShelf } from './snapshot-shelf.ts';

/** With more ids than this in one announcement, everything may have changed. */
const MAX_IDS = 1000;
/** Two checks tell that an announcement was lost, and a change is to be effective everywhere within a second. */
const CHECK_MS = 400;

export interface RedisConfigBusDeps {
  /** Fails fast: management calls wait for it. */
  redis: RedisClient;
  /** A connection for this bus alone, that waits for Redis as long as it takes. The caller closes it afterwards. */
  subscriber: RedisClient;
  keys: Keys;
  /** What announced accounts are read from and written to; undefined on a node without a database. */
  accounts:
    { source: Pick<AccountSource, 'read'>; directory: Pick<AccountDirectory, 'put'> } | undefined;
  logger: Logger;
  /** How often it is checked whether an announcement was missed. Default 400. */
  checkMs?: number;
}

/** The bus of a cluster, as `ConfigBus`, with what only masters and the one who opened it need. */
export interface RedisConfigBus extends ConfigBus {
  /** Tells every node that accounts changed which are in the directory already. Both lists empty: any of them. */
  tellAccountsChanged(change: BusEvents['accounts-changed']): Promise<void>;
  close(): Promise<void>;
}

type Handlers = { [Name in keyof BusEvents]: Set<(event: BusEvents[Name]) => void> };

/** Resolves once this node listens to announcements. */
export async function openRedisConfigBus(deps: RedisConfigBusDeps): Promise<RedisConfigBus> {
  const handlers: Handlers = { 'config-changed': new Set(), 'accounts-changed': new Set() };
  const shelf = openSnapshotShelf(deps);

  function handle(announcement: Announcement): void {
    if (announcement.name === 'config-changed')
      for (const handler of handlers['config-changed']) handler(announcement.event);
    else for (const handler of handlers['accounts-changed']) handler(announcement.event);
  }

  const announcements = await openAnnouncements({
    ...deps,
    checkMs: deps.checkMs ?? CHECK_MS,
    onAnnouncement: handle,
    onMissed() {
      // The version says nothing: who follows looks for itself.
      handle({ name: 'config-changed', event: { version: 0 } });
      handle({ name: 'accounts-changed', event: { userIds: [], apiTokenIds: [] } });
    },
  });
  return createBus(deps, { handlers, shelf, announcements, handle });
}

function createBus(
  { accounts }: RedisConfigBusDeps,
  {
    handlers,
    shelf,
    announcements,
    handle,
  }: {
    handlers: Handlers;
    shelf: SnapshotShelf;
    announcements: Announcements;
    handle: (announcement: Announcement) => void;
  },
): RedisConfigBus {
  async function tellAccountsChanged(event: BusEvents['accounts-changed']): Promise<void> {
    const count = event.userIds.length + event.apiTokenIds.length;
    const announcement: Announcement = {
      name: 'accounts-changed',
      event: count > MAX_IDS ? { userIds: [], apiTokenIds: [] } : event,
    };
    // This node knows at once; what comes back to it says nothing new.
    handle(announcement);
    await announcements.send(announcement);
  }

  return {
    async publishSnapshot(snapshot: ConfigSnapshot) {
      if (!(await shelf.put(snapshot))) return;
      const { version } = snapshot;
      await announcements.send({ name: 'config-changed', event: { version } });
    },
    latestSnapshot: () => shelf.get(),
    async announceAccounts(change) {
      if (accounts === undefined) throw new Error('a node without a database changes no accounts');
      await accounts.directory.put(await accounts.source.read(change));
      await tellAccountsChanged(change);
    },
    tellAccountsChanged,
    subscribe(name, handler) {
      handlers[name].add(handler);
      return () => void handlers[name].delete(handler);
    },
    close: () => announcements.close(),
  };
}
