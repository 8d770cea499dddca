import type { PeriodSpend } from '@turnpike/core';

/** What one user, token or channel is charged by one transaction. */
export interface AccountCharge {
  id: number;
  quota: number;
  requests: number;
  /** Unix seconds of the latest request. */
  lastAt: number;
  /** What of `quota` belongs to the latest UTC day, and to its month. */
  spend: PeriodSpend;
}

/** One row of `usage_hourly`. */
export interface RollUpRow {
  hour: number;
  user_id: number;
  token_id: number;
  channel_id: number;
  model_name: string;
  requests: number;
  prompt_tokens: number;
  completion_tokens: number;
  quota: number;
}

/** Everything that a transaction of charges writes: at least one; accounts and roll-up each in the order of their keys. */
export interface UsageWrites {
  /** Rows of the log, or of the outbox on the way to it. */
  logs: { table: 'logs' | 'log_outbox'; rows: readonly Readonly<Record<string, unknown>>[] };
  users: readonly AccountCharge[];
  apiTokens: readonly AccountCharge[];
  channels: readonly AccountCharge[];
  rollUp: readonly RollUpRow[];
}

/** The balance of an account that was charged, as of then. */
export interface ChargedBalance {
  id: number;
  quota: number;
  version: number;
  unlimited: boolean;
  /** Of an account with a budget: what it had spent before this charge. */
  spend?: PeriodSpend | undefined;
}

export interface ChargedBalances {
  users: ChargedBalance[];
  apiTokens: ChargedBalance[];
}

/** Columns that are added up, beside the key. */
export const rollUpSums = ['requests', 'prompt_tokens', 'completion_tokens', 'quota'] as const;
export const rollUpKey = ['hour', 'user_id', 'token_id', 'channel_id', 'model_name'] as const;
