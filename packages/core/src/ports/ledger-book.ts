import type { AppliedUsage, Balance } from './ledger-repository.ts';
import type { UsageEvent } from '../usage/usage-event.ts';

export type EntryState = 'held' | 'settled' | 'expired';

/** A request that the database has not absorbed yet, as the cluster's ledger knows it. */
export interface OpenEntry {
  requestId: string;
  userId: number;
  apiTokenId: number;
  unlimitedToken: boolean;
  /** See `UsageEvent`. */
  budgetedToken?: boolean;
  hardBudget: boolean;
  model: string;
  /** Quota units: the estimate while held, the actual amount once settled. */
  amount: number;
  state: EntryState;
  nodeId: string;
  /** Unix milliseconds of the last change of state. */
  since: number;
}

/** The ledger of a cluster as masters use it: after the commit, and to repair. Every call may be repeated. */
export interface LedgerBook {
  /** After the commit: the entries of the events are gone, newer balances taken over; accounts not loaded yet are. */
  absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void>;
  /** Held entries past due become `expired`; resolves to them. Entries that a live relay extends are never due. */
  expireDue(): Promise<readonly OpenEntry[]>;
  /** Every open entry, page by page. */
  openEntries(): AsyncIterable<readonly OpenEntry[]>;
  /** Balances as the ledger holds them, of all loaded accounts, page by page. */
  balances(): AsyncIterable<{ users: readonly Balance[]; apiTokens: readonly Balance[] }>;
  /**
   * Sets a balance whatever its version, if the version is still `ifVersion`: for a database that was restored to an
   * earlier moment. Resolves to whether it was set.
   */
  overwrite(
    account: { kind: 'user' | 'token'; userId: number },
    balance: Balance,
    ifVersion: number,
  ): Promise<boolean>;
}
