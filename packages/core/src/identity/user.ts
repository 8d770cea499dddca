import type { PeriodSpend } from '../usage/budget-period.ts';
import type { RequestLimits } from './request-limits.ts';

/** Roles as One API stores them. A caller may act on users whose role is lower than its own; root on everyone. */
export const roles = { guest: 0, common: 1, admin: 10, root: 100 } as const;

/** `users.status` as stored. */
export const userStatuses = { enabled: 1, disabled: 2, deleted: 3 } as const;

/** A person or system that owns balances and API tokens. Quota is in quota units (500 000 = 1 USD). */
export interface User {
  id: number;
  username: string;
  displayName: string;
  role: number;
  status: number;
  email: string;
  githubId: string;
  wechatId: string;
  larkId: string;
  oidcId: string;
  /** What is left to spend. */
  quota: number;
  usedQuota: number;
  requestCount: number;
  group: string;
  affCode: string;
  inviterId: number;
  /** Undefined: none. */
  limits?: RequestLimits;
  /** What was charged in its day and month; undefined without a budget for either. */
  spend?: PeriodSpend;
  /** Grows with every change of a balance; see `If-Match`. */
  quotaVersion: number;
}
