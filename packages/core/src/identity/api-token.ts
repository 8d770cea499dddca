import type { PeriodSpend } from '../usage/budget-period.ts';
import type { LossPolicy } from './loss-policy.ts';
import type { RequestLimits } from './request-limits.ts';

/** `tokens.status` as stored. */
export const apiTokenStatuses = { enabled: 1, disabled: 2, expired: 3, exhausted: 4 } as const;

/** A client's key. `key` is without the `sk-` prefix and present only where the owner reads it. */
export interface ApiToken {
  id: number;
  userId: number;
  key: string;
  status: number;
  name: string;
  /** Unix seconds. */
  createdTime: number;
  accessedTime: number;
  /** Unix seconds; -1: never. */
  expiredTime: number;
  remainQuota: number;
  unlimitedQuota: boolean;
  usedQuota: number;
  /** Comma list; empty or null: every model. */
  models: string | null;
  /** Comma list of CIDR; empty or null: every address. */
  subnet: string | null;
  /** Undefined: none. */
  limits?: RequestLimits;
  /** What was charged in its day and month; undefined without a budget for either. */
  spend?: PeriodSpend;
  /** What a translation of its requests may lose; undefined: what the option says. */
  lossPolicy?: LossPolicy;
  quotaVersion: number;
}

/**
 * What a relay must know to let a client in: the token together with its owner.
 * Immutable; a change makes a new record. Balances are not here, they live in the ledger.
 */
export interface TokenRecord {
  apiTokenId: number;
  apiTokenName: string;
  status: number;
  /** Unix seconds; -1: never. */
  expiredTime: number;
  unlimitedQuota: boolean;
  /** Undefined: every model. */
  models: ReadonlySet<string> | undefined;
  /** Trimmed CIDR texts; empty: every address. */
  subnets: readonly string[];
  userId: number;
  username: string;
  userStatus: number;
  userRole: number;
  group: string;
  /** Versions of the token's and the owner's record, see `Reservation`. */
  apiTokenRecordVersion: number;
  userRecordVersion: number;
  apiTokenLimits?: RequestLimits;
  lossPolicy?: LossPolicy;
  userLimits?: RequestLimits;
}
