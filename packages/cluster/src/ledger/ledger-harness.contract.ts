import type { AppliedUsage, PeriodSpend, UsageEvent } from '@turnpike/core';
import type { SettlingLedger } from './settling-ledger.ts';

/** A ledger under test over balances that the test sets. */
export interface LedgerHarness {
  ledger: SettlingLedger;
  /** What happens after a commit. */
  absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void>;
  /** Makes the ledger read these accounts afresh, as after an edit. */
  refresh(accounts: { userIds?: number[]; apiTokenIds?: number[] }): Promise<void>;
  /** Commits a balance as the database would, with the next version. */
  commitBalance(
    account: { kind: 'user' | 'token'; id: number },
    quota: number,
    spend?: PeriodSpend,
  ): void;
  /** What `applyUsage` would answer for these accounts now. */
  applied(userId: number, apiTokenId: number): AppliedUsage;
  /** What is set aside of the two, and how many requests of them are in flight; undefined where only the ledger knows. */
  pending?(userId: number, apiTokenId: number): Promise<PendingSums>;
  close(): Promise<void>;
}

export interface PendingSums {
  user: { amount: number; held: number };
  apiToken: { amount: number; held: number };
}
