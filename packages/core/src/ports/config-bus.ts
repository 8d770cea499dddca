import type { ConfigSnapshot } from '../config/config-snapshot.ts';

/** Something changed that relays hold in memory. Names: noun, then what happened. */
export type BusEvents = {
  /** A new snapshot is published; the poll of the version is the truth, this only makes it quick. */
  'config-changed': { version: number };
  /**
   * Token or user records changed (status, limits, group, quota edits): drop copies, read afresh. Both lists empty:
   * announcements may have been missed, so any record may have changed.
   */
  'accounts-changed': { userIds: readonly number[]; apiTokenIds: readonly number[] };
};

/** How configuration reaches relays. */
export interface ConfigBus {
  /** Publishes a snapshot if it is newer than the published one; an older one is ignored. */
  publishSnapshot(snapshot: ConfigSnapshot): Promise<void>;
  /** The latest published snapshot; undefined before the first. */
  latestSnapshot(): Promise<ConfigSnapshot | undefined>;
  /**
   * Makes committed changes of users and tokens effective: what relays and ledger know of them is brought up to date
   * before this resolves. Pending amounts are kept.
   */
  announceAccounts(change: BusEvents['accounts-changed']): Promise<void>;
  /** Handlers must not throw. Returns how to unsubscribe. */
  subscribe<Name extends keyof BusEvents>(
    name: Name,
    handler: (event: BusEvents[Name]) => void,
  ): () => void;
}
