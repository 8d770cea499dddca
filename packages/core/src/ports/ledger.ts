import type { AppliedUsage } from './ledger-repository.ts';
import type { UsageEvent } from '../usage/usage-event.ts';

export interface Reservation {
  requestId: string;
  userId: number;
  apiTokenId: number;
  unlimitedToken: boolean;
  /** Quota units that are set aside, integer ≥ 0. */
  amount: number;
}

/** Why quota could not be reserved: a value, not an exception. Figures are what a client may be told. */
export type ReserveRefusal =
  | { allowed: false; reason: 'user-quota'; available: number }
  | { allowed: false; reason: 'token-quota'; available: number }
  | { allowed: false; reason: 'user-disabled' | 'token-disabled' }
  | { allowed: false; reason: 'not-loaded' };

export type ReserveResult =
  | {
      allowed: true;
      reservation: Reservation;
      /** What user and token could still pay after this reservation (`Infinity` never appears: unlimited tokens look at the user only). */
      available: number;
    }
  | ReserveRefusal;

/**
 * Reservations of quota for requests in flight. `pending` of an account is the sum of its open entries; what can be
 * reserved is balance − pending, for the user and, unless unlimited, for the token.
 * Each call is atomic; repeating a call with the same request id changes nothing more.
 */
export interface Ledger {
  /** The same `requestId` twice returns the first reservation. `not-loaded` starts loading; the caller answers 503 + Retry-After. */
  reserve(reservation: Reservation): Promise<ReserveResult>;
  /** More quota for a reservation in flight. `granted` may be less than asked, 0 when nothing is left. */
  extend(requestId: string, amount: number): Promise<{ granted: number }>;
  /** The actual amount is known; the entry stays until it is absorbed. */
  settle(requestId: string, quota: number): Promise<void>;
  /** The request cost nothing: the entry is gone. */
  release(requestId: string): Promise<void>;
  /** After the commit: entries of the events are removed, newer balances taken over. */
  absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void>;
  /** Forgets what is known of these accounts, so that the next reserve reads them afresh; pending is kept. */
  invalidate(accounts: {
    userIds?: readonly number[];
    apiTokenIds?: readonly number[];
  }): Promise<void>;
  /** Open entries and their sum, for metrics and tests. */
  openEntries(): Promise<{ count: number; amount: number }>;
}
