import type { PeriodSpend } from '../usage/budget-period.ts';
import type { UsageEvent } from '../usage/usage-event.ts';

/** An account's balance as committed. `version` grows with each change. */
export interface Balance {
  id: number;
  quota: number;
  version: number;
  /** Only of accounts with a budget for a day or a month. */
  spend?: PeriodSpend;
}

export interface AppliedUsage {
  /** Events charged now. */
  charged: number;
  /** Events that had been charged before: nothing was done for them. */
  repeated: number;
  /**
   * Absolute balances of the users and tokens of *all* events, repeated ones too. Of unlimited tokens only those with a
   * budget: their `quota` says nothing.
   */
  users: readonly Balance[];
  apiTokens: readonly Balance[];
}

export type Account = { kind: 'user' | 'token'; id: number };

/** A change of a balance that is not usage: top-up, redemption, admin edit, refund, gift, opening, write-off. */
export interface QuotaEntry {
  account: Account;
  delta: number;
  reason: string;
  /** Unique; the same reference twice is an error, so that a repeated call changes nothing. */
  reference: string;
  createdBy?: number;
}

/** An entry as it was booked. */
export interface BookedQuotaEntry {
  id: number;
  account: Account;
  delta: number;
  reason: string;
  reference: string;
  /** Unix seconds. */
  createdAt: number;
  /** The user who made the change; 0: nobody. */
  createdBy: number;
}

/** What was given back to the user for one request, in quota units. */
export type RefundResult =
  | { userId: number; apiTokenId: number; quota: number; isRepeated: boolean }
  /** No request that was charged in the last 35 days. */
  | 'unknown'
  | 'nothing-charged';

export interface LedgerMismatch {
  account: Account;
  balance: number;
  /** Σ entries − Σ roll-up. */
  expected: number;
}

export interface LedgerVerification {
  usersChecked: number;
  apiTokensChecked: number;
  mismatches: readonly LedgerMismatch[];
  /** Σ usage of the roll-up, and of `usage_requests` (35 days), for a second comparison. */
  rollUpQuota: number;
  /** Requests whose log row is missing while consumption is logged (0 unless something is wrong). */
  requestsWithoutLog: number;
}

/** How a request was charged: as its relay reported it, or as a master assumed it. */
export type RequestKind = 'real' | 'expired' | 'recovered';

/** One page of accounts, compared with Σ entries − Σ roll-up. */
export interface LedgerPage {
  checked: number;
  mismatches: readonly LedgerMismatch[];
  /** The highest account id of this page: pass it to the next call. Undefined: there is no further page. */
  lastId: number | undefined;
}

/** The one place where money is charged. Every method is one transaction. */
export interface LedgerRepository {
  /**
   * Charges the events that were never charged before: request rows, log rows, balances, roll-up.
   * Repeat-safe by request id. A real event that meets an `expired` or `recovered` row charges the difference once.
   */
  applyUsage(events: readonly UsageEvent[]): Promise<AppliedUsage>;
  /** Committed balances, for hydration. Unknown ids, and unlimited tokens without a budget, are left out. */
  readBalances(
    userIds: readonly number[],
    apiTokenIds: readonly number[],
  ): Promise<Pick<AppliedUsage, 'users' | 'apiTokens'>>;
  /** Adds a delta to a balance together with its ledger entry. Resolves to the new balance. */
  addQuota(entry: QuotaEntry): Promise<Balance>;
  /**
   * Sets a balance to an absolute value, read under the row lock: equal is no change, else an entry with the difference.
   * With `ifVersion` a stale version changes nothing and resolves to `'stale'`.
   */
  setQuota(
    account: Account,
    quota: number,
    reason: string,
    options?: { ifVersion?: number; createdBy?: number },
  ): Promise<Balance | 'stale'>;
  /** Non-usage changes of an account, newest first; `beforeId` is the last id of the page before. */
  listEntries(
    account: Account,
    page: { beforeId?: number; limit: number },
  ): Promise<readonly BookedQuotaEntry[]>;
  /** Reverses the charge of one request, for the user and a limited token. Repeat-safe by request id. */
  refundRequest(requestId: string, createdBy: number): Promise<RefundResult>;
  /** Which of these requests were charged, and how. Unknown ones are left out; ids are forgotten after 35 days. */
  findRequests(requestIds: readonly string[]): Promise<ReadonlyMap<string, RequestKind>>;
  verify(): Promise<LedgerVerification>;
  /**
   * The comparison of `verify` for the next `limit` accounts of a kind with an id greater than `afterId`: what a
   * database under load can bear.
   */
  verifyPage(kind: Account['kind'], afterId: number, limit: number): Promise<LedgerPage>;
}
