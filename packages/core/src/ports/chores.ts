import type { ChannelHealthReport } from './channel-health.ts';
import type { FailedRequest } from './request-log.ts';

/** Work that a relay asks of a master. */
export type Chore =
  /** Accounts that the ledger does not have loaded; empty lists: the whole directory is missing. */
  | { kind: 'hydrate'; userIds: readonly number[]; apiTokenIds: readonly number[] }
  | { kind: 'channel-failure'; report: ChannelHealthReport }
  | { kind: 'failed-requests'; requests: readonly FailedRequest[] };

/** Chores are at least once and best effort: what matters is asked again. */
export interface Chores {
  /** Never throws, never waits; the same chore asked again within a second is asked once. */
  ask(chore: Chore): void;
  /** Masters only. A handler that rejects is tried again a few times. */
  work(handle: (chore: Chore) => Promise<void>): Promise<{ stop(): Promise<void> }>;
  close(): Promise<void>;
}
