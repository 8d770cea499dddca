import type { LossPolicy } from './loss-policy.ts';
import type { PeriodSpend } from '../usage/budget-period.ts';
import type { RequestLimits } from './request-limits.ts';

/** A user as relays and the ledger know it. */
export interface UserAccount {
  id: number;
  username: string;
  role: number;
  status: number;
  group: string;
  limits: RequestLimits | undefined;
  /** Quota units. */
  quota: number;
  /** Grows with each change of the balance. */
  quotaVersion: number;
  /** Undefined: no budget for a day or a month. */
  spend?: PeriodSpend | undefined;
  /** Grows with each change of anything else here, and with edits of the balance by people. */
  recordVersion: number;
}

/** A client's key as relays and the ledger know it. The key itself is not here. */
export interface ApiTokenAccount {
  id: number;
  userId: number;
  /** Lower-case hex SHA-256 of the key. */
  keyHash: string;
  name: string;
  status: number;
  /** Unix seconds; -1: never. */
  expiredTime: number;
  unlimitedQuota: boolean;
  /** Undefined: every model. */
  models: readonly string[] | undefined;
  /** Trimmed CIDR texts; empty: every address. */
  subnets: readonly string[];
  limits: RequestLimits | undefined;
  lossPolicy?: LossPolicy | undefined;
  quota: number;
  quotaVersion: number;
  spend?: PeriodSpend | undefined;
  recordVersion: number;
}

/** A token that was deleted: its key must stop working everywhere. */
export interface RemovedApiToken {
  id: number;
  userId: number;
  keyHash: string;
  recordVersion: number;
}
