import type { LimitKind, RateLimitFigure, RequestLimits } from '@turnpike/core';

const MINUTE_MS = 60_000;
/** A place becomes free when some request ends: nobody knows when. */
const CONCURRENCY_RETRY_MS = 1000;

/** Why a limit refuses. */
export interface LimitRefusal {
  kind: LimitKind;
  limit: number;
  retryAfterMs: number;
}

/** Counts of the minute that is running, and of the one before it. */
export interface WindowCounts {
  requests: number;
  tokens: number;
  earlierRequests: number;
  earlierTokens: number;
}

/**
 * Requests and tokens of the last minute: two windows of a minute each, the earlier one weighted by the part of it that
 * is still inside. The twin of the windows in `scripts/bucket.lua` and `reserve.lua`.
 */
export class RequestWindows {
  #minute = 0;
  #requests = 0;
  #earlierRequests = 0;
  #tokens = 0;
  #earlierTokens = 0;

  /** Whether the limits refuse one more request of so many tokens; `held` are in flight. */
  refuse(
    limits: RequestLimits,
    held: number,
    tokens: number,
    now: number,
  ): LimitRefusal | undefined {
    const { concurrency, requestsPerMinute, tokensPerMinute } = limits;
    if (concurrency !== undefined && held >= concurrency)
      return { kind: 'concurrency', limit: concurrency, retryAfterMs: CONCURRENCY_RETRY_MS };
    this.#moveTo(now);
    const elapsed = now % MINUTE_MS;
    if (requestsPerMinute !== undefined) {
      const retryAfterMs = waitFor(
        this.#requests,
        this.#earlierRequests,
        1,
        requestsPerMinute,
        elapsed,
      );
      if (retryAfterMs > 0) return { kind: 'requests', limit: requestsPerMinute, retryAfterMs };
    }
    if (tokensPerMinute !== undefined) {
      const retryAfterMs = waitFor(
        this.#tokens,
        this.#earlierTokens,
        tokens,
        tokensPerMinute,
        elapsed,
      );
      if (retryAfterMs > 0) return { kind: 'tokens', limit: tokensPerMinute, retryAfterMs };
    }
    return undefined;
  }

  /** What a limit of requests or tokens leaves now. */
  figure(kind: 'requests' | 'tokens', limit: number, now: number): RateLimitFigure {
    this.#moveTo(now);
    const elapsed = now % MINUTE_MS;
    const [current, earlier] =
      kind === 'requests'
        ? [this.#requests, this.#earlierRequests]
        : [this.#tokens, this.#earlierTokens];
    const used = (earlier * (MINUTE_MS - elapsed)) / MINUTE_MS + current;
    const remaining = Math.max(0, Math.floor(limit - used));
    const resetMs = used > 0 ? MINUTE_MS - elapsed + (current > 0 ? MINUTE_MS : 0) : 0;
    return { limit, remaining, resetMs };
  }

  /** One more request. */
  count(tokens: number, now: number): void {
    this.#moveTo(now);
    this.#requests += 1;
    this.#tokens += tokens;
  }

  /** A request that was counted was not made. */
  uncount(tokens: number, countedAt: number, now: number): void {
    this.correct(-tokens, countedAt, now);
    const age = this.#minute - Math.floor(countedAt / MINUTE_MS);
    if (age === 0) this.#requests = Math.max(0, this.#requests - 1);
    else if (age === 1) this.#earlierRequests = Math.max(0, this.#earlierRequests - 1);
  }

  /** More tokens than were counted count now; less is taken back where it was counted, if that window still matters. */
  correct(difference: number, countedAt: number, now: number): void {
    this.#moveTo(now);
    const age = this.#minute - Math.floor(countedAt / MINUTE_MS);
    if (difference > 0 || age === 0) this.#tokens = Math.max(0, this.#tokens + difference);
    else if (age === 1) this.#earlierTokens = Math.max(0, this.#earlierTokens + difference);
  }

  /** What counts now: all of this minute, and the part of the one before that is still inside. */
  used(now: number): { requests: number; tokens: number } {
    this.#moveTo(now);
    const inside = 1 - (now % MINUTE_MS) / MINUTE_MS;
    return {
      requests: this.#requests + this.#earlierRequests * inside,
      tokens: this.#tokens + this.#earlierTokens * inside,
    };
  }

  /** Replaces what was counted by what somebody knows better. */
  overwrite(now: number, counted: WindowCounts): void {
    this.#minute = Math.floor(now / MINUTE_MS);
    this.#requests = counted.requests;
    this.#tokens = counted.tokens;
    this.#earlierRequests = counted.earlierRequests;
    this.#earlierTokens = counted.earlierTokens;
  }

  #moveTo(now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute === this.#minute) return;
    const isNext = minute === this.#minute + 1;
    this.#earlierRequests = isNext ? this.#requests : 0;
    this.#earlierTokens = isNext ? this.#tokens : 0;
    this.#requests = 0;
    this.#tokens = 0;
    this.#minute = minute;
  }
}

/** Milliseconds until `more` fits below the limit; 0: it fits now. */
function waitFor(
  current: number,
  earlier: number,
  more: number,
  limit: number,
  elapsed: number,
): number {
  const weighted = (earlier * (MINUTE_MS - elapsed)) / MINUTE_MS + current;
  if (weighted + more <= limit) return 0;
  if (more > limit) return MINUTE_MS;
  if (current + more <= limit)
    return Math.max(1, Math.ceil(MINUTE_MS * (1 - (limit - current - more) / earlier)) - elapsed);
  return MINUTE_MS - elapsed + Math.max(1, Math.ceil(MINUTE_MS * (1 - (limit - more) / current)));
}
