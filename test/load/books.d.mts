import type { Knex } from 'knex';

/** An account that a test made, as far as its books are concerned. */
export interface BookedAccount {
  userId: number;
  apiTokenId?: number;
  tokenName: string;
  /** Of the user, where nobody changed it since; undefined where the ledger's entries tell. */
  startQuota?: number | undefined;
}

export interface BookedUser {
  quota: number;
  granted: number;
  writtenOff: number;
  refunded: number;
  usedQuota: number;
  requestCount: number;
  startQuota: number | undefined;
}

export interface BookedToken {
  remainQuota: number;
  usedQuota: number;
  isUnlimited: boolean;
  granted: number;
  writtenOff: number;
  refunded: number;
}

export interface Books {
  logs: {
    request_id: string;
    quota: number;
    user_id: number;
    token_name: string;
    channel_id: number;
    isAssumed: boolean;
  }[];
  requests: Map<string, { charged: number; kind: 'real' | 'expired' | 'recovered' }>;
  refunds: { requestId: string; kind: 'user' | 'token'; accountId: number; quota: number }[];
  users: Map<number, BookedUser>;
  tokens: Map<string, BookedToken>;
  channels: Map<number, { usedQuota: number }>;
  rollUpQuota: number;
}

export function openBooks(place: { sqlitePath?: string; dsn?: string }): Knex;
export function readBooks(connection: Knex, accounts: readonly BookedAccount[]): Promise<Books>;
export function verifyLedger(place: {
  cwd: string;
  env: Record<string, string>;
}): Promise<string[]>;
export function findUnnoticedMutations(options: {
  connection: Knex;
  accounts: readonly BookedAccount[];
  check: (books: Books) => string[];
}): Promise<string[]>;
