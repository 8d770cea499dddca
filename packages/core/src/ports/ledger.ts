import type { RequestLimits } from '../identity/request-limits.ts';

export interface Reservation {
  requestId: string;
  userId: number;
  apiTokenId: number;
  unlimitedToken: boolean;
  /** Quota units that are set aside, integer ≥ 0. */
  amount: number;
  /** Tokens (input and output) that the request may use: what limits per minute count until the actual number is known. */
  tokens: number;
  /** Versions of the records that the caller was let in with; an older one than the ledger knows is refused as stale. */
  userRecordVersion: number;
  apiTokenRecordVersion: number;
  userLimits?: RequestLimits;
  apiTokenLimits?: RequestLimits;
  /** The model asked for: what the log row of an entry that expired will say. */
  model: string;
  hardBudget: boolean;
}

/** What a limit counts. */
export type LimitKind = 'requests' | 'tokens' | 'concurrency';

/** Why quota could not be reserved: a value, not an exception. Figures are what a client may be told. */
export type ReserveRefusal =
  | { allowed: false; reason: 'user-quota'; available: number }
  | { allowed: false; reason: 'token-quota'; available: number }
  | { allowed: false; reason: 'user-disabled' | 'token-disabled' }
  | {
      allowed: false;
      reason: 'limited';
      scope: 'user' | 'token';
      kind: LimitKind;
      limit: number;
      retryAfterMs: number;
    }
  /** The budget of the UTC day or month is used up, or smaller than the estimate. */
  | {
      allowed: false;
      reason: 'budget';
      scope: 'user' | 'token';
      period: 'day' | 'month';
      available: number;
      /** Until the period ends. */
      retryAfterMs: number;
    }
  /** The token or its owner changed since the caller's record was read: read it again, then ask again. */
  | { allowed: false; reason: 'stale-record' }
  | { allowed: false; reason: 'not-loaded' }
  /** Nothing more can be made durable now: the journal is full while the queue is away, or the database takes no charges. */
  | { allowed: false; reason: 'no-room' };

export type ReserveResult =
  | {
      allowed: true;
      reservation: Reservation;
      /** What user and token could still pay after this reservation (`Infinity` never appears: unlimited tokens look at the user only). */
      available: number;
      /** Where there are limits per minute: what is left of the one that is nearer to its end. */
      rateLimits?: RateLimitFigures;
    }
  | ReserveRefusal;

/** What limits per minute leave after a reservation. */
export interface RateLimitFigures {
  requests?: RateLimitFigure;
  tokens?: RateLimitFigure;
}

export interface RateLimitFigure {
  limit: number;
  remaining: number;
  /** Until nothing of the limit is used any more, if nobody asks meanwhile. */
  resetMs: number;
}

/**
 * Reservations of quota for requests in flight, as a relay uses them. `pending` of an account is the sum of its open
 * entries; what can be reserved is balance − pending, for the user and, unless unlimited, for the token. A budget of a UTC day or month is what may be spent
 * in it: what was charged in the period + pending never exceeds it.
 * Each call is atomic; repeating a call with the same request id changes nothing more. An entry is settled by the usage
 * sink and removed after the commit: the relay itself only reserves, extends and releases.
 */
export interface Ledger {
  /**
   * The same `requestId` twice returns the first reservation. `not-loaded` starts loading; the caller answers
   * 503 + Retry-After.
   *
   * @returns at once where the place that knows is this process; a promise of nothing is a cost for each request
   * @throws `not_ready` when the place that knows does not answer in time
   */
  reserve(reservation: Reservation): ReserveResult | Promise<ReserveResult>;
  /** More quota for a reservation in flight. `granted` may be less than asked, 0 when nothing is left or nobody answers. */
  extend(requestId: string, amount: number): Promise<{ granted: number }>;
  /** The request cost nothing: the entry is gone. Never throws; an entry that could not be released expires. */
  release(requestId: string): Promise<void>;
  /** Open entries that this node knows and their sum, for metrics and tests. */
  openEntries(): Promise<{ count: number; amount: number }>;
}
