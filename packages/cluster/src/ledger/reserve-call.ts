import {
  hasBudget,
  untilNextPeriod,
  type LimitKind,
  type RateLimitFigures,
  type RequestLimits,
  type Reservation,
  type ReserveResult,
} from '@turnpike/core';
import { entryTail } from './open-entry-text.ts';

/** Codes of `scripts/reserve.lua`; from `limited` and `budget` on, a code for each scope and kind. */
const codes = {
  reserved: 0,
  exists: 1,
  tokenQuota: 2,
  userQuota: 3,
  tokenDisabled: 4,
  userDisabled: 5,
  stale: 6,
  notLoaded: 7,
  limited: 8,
  budget: 14,
} as const;

const limitKinds: readonly LimitKind[] = ['concurrency', 'requests', 'tokens'];

/** How many numbers the answer has for a request. */
export function replyLengthOf({ userLimits, apiTokenLimits }: Reservation): number {
  return userLimits === undefined && apiTokenLimits === undefined ? 3 : 9;
}

/** What the answer says of one request. */
export interface ReserveReply {
  result: ReserveResult;
  /** Quota units that Redis holds for the request; undefined: nothing. */
  held: number | undefined;
  isUserMissing: boolean;
  isApiTokenMissing: boolean;
}

/** Adds what `scripts/reserve.lua` has to know of one request. */
export function pushReserveValues(
  values: string[],
  reservation: Reservation,
  nodeId: string,
): void {
  values.push(
    reservation.requestId,
    String(reservation.amount),
    String(reservation.userRecordVersion),
    String(reservation.apiTokenRecordVersion),
    limitsText(reservation),
    entryTail(reservation, hasBudget(reservation.apiTokenLimits), nodeId),
  );
}

function limitsText({ tokens, userLimits, apiTokenLimits }: Reservation): string {
  if (userLimits === undefined && apiTokenLimits === undefined) return '';
  return `${tokens},${numbersOf(userLimits)},${numbersOf(apiTokenLimits)}`;
}

function numbersOf(limits: RequestLimits = {}): string {
  const { requestsPerMinute = 0, tokensPerMinute = 0, concurrency = 0 } = limits;
  const { quotaPerDay = 0, quotaPerMonth = 0 } = limits;
  return `${requestsPerMinute},${tokensPerMinute},${concurrency},${quotaPerDay},${quotaPerMonth}`;
}

/** @param at where the answer for this request begins */
export function readReserveReply(
  reply: readonly unknown[],
  at: number,
  reservation: Reservation,
): ReserveReply {
  const code = Number(reply[at]);
  const x = Number(reply[at + 1]);
  const y = Number(reply[at + 2]);
  const result = toResult(code, x, y, reservation);
  if (code === codes.reserved && replyLengthOf(reservation) > 3 && result.allowed) {
    const rateLimits = readFigures(reply, at + 3);
    if (rateLimits !== undefined) result.rateLimits = rateLimits;
  }
  return {
    result,
    held:
      code === codes.reserved
        ? reservation.amount
        : code === codes.exists && y >= 0
          ? y
          : undefined,
    isUserMissing: code === codes.notLoaded && x === 1,
    isApiTokenMissing: code === codes.notLoaded && y === 1,
  };
}

/** Undefined where only other limits were given. */
function readFigures(reply: readonly unknown[], at: number): RateLimitFigures | undefined {
  const read = (from: number) => {
    const [limit = 0, remaining = 0, resetMs = 0] = reply.slice(from, from + 3).map(Number);
    return limit === 0 ? undefined : { limit, remaining, resetMs };
  };
  const requests = read(at);
  const tokens = read(at + 3);
  if (requests === undefined && tokens === undefined) return undefined;
  return { ...(requests && { requests }), ...(tokens && { tokens }) };
}

function toResult(code: number, x: number, y: number, reservation: Reservation): ReserveResult {
  switch (code) {
    case codes.reserved:
      return { allowed: true, reservation, available: x };
    case codes.exists:
      return {
        allowed: true,
        reservation: y < 0 ? reservation : { ...reservation, amount: y },
        available: x,
      };
    case codes.tokenQuota:
      return { allowed: false, reason: 'token-quota', available: x };
    case codes.userQuota:
      return { allowed: false, reason: 'user-quota', available: x };
    case codes.tokenDisabled:
      return { allowed: false, reason: 'token-disabled' };
    case codes.userDisabled:
      return { allowed: false, reason: 'user-disabled' };
    case codes.stale:
      return { allowed: false, reason: 'stale-record' };
    case codes.notLoaded:
      return { allowed: false, reason: 'not-loaded' };
    case codes.budget:
    case codes.budget + 1:
    case codes.budget + 2:
    case codes.budget + 3: {
      const period = code % 2 === 0 ? 'day' : 'month';
      return {
        allowed: false,
        reason: 'budget',
        scope: code < codes.budget + 2 ? 'user' : 'token',
        period,
        available: x,
        retryAfterMs: untilNextPeriod(period, Date.now()),
      };
    }
    default:
      return {
        allowed: false,
        reason: 'limited',
        scope: code < codes.limited + limitKinds.length ? 'user' : 'token',
        kind: limitKinds[(code - codes.limited) % limitKinds.length] ?? 'requests',
        limit: x,
        retryAfterMs: y,
      };
  }
}
