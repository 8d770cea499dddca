import type { RequestLimits, TrafficLimitRefusal } from '@turnpike/core';
import { RequestWindows, type WindowCounts } from '../ledger/request-windows.ts';

/** What a node has to tell the others. */
export interface Untold {
  requests: number;
  tokens: number;
  /** Correction of tokens that were counted in the minute before. */
  earlierTokens: number;
  held: number;
}

/** What all nodes together have counted. */
export interface SharedCounts extends WindowCounts {
  /** Requests in flight on other nodes. */
  heldElsewhere: number;
  /** Nodes that use this group or channel, this one included. */
  nodes: number;
}

/** A node that used its share up asks again when it has heard from the others. */
const SHARE_RETRY_MS = 200;
const MINUTE_MS = 60_000;

/**
 * What a node knows of the requests of one group or channel: its own at once, those of other nodes as of the last
 * exchange. Between two exchanges it grants its share of what was left, and one request in any case.
 */
export class LimitCounter {
  readonly #windows = new RequestWindows();
  #held = 0;
  #heldElsewhere = 0;
  #nodes = 1;
  /** What counted when the nodes last exchanged, and what was granted since. */
  #usedThen = { requests: 0, tokens: 0, held: 0 };
  #granted = { requests: 0, tokens: 0, held: 0 };
  #untold = { requests: 0, tokens: 0, earlierTokens: 0 };
  /** Unix milliseconds. */
  usedAt = 0;

  get held(): number {
    return this.#held;
  }

  refuse(limits: RequestLimits, tokens: number, now: number): TrafficLimitRefusal | undefined {
    const held = this.#held + this.#heldElsewhere;
    return this.#windows.refuse(limits, held, tokens, now) ?? this.#refuseByShare(limits, tokens);
  }

  begin(tokens: number, now: number): void {
    this.usedAt = now;
    this.#windows.count(tokens, now);
    this.#held += 1;
    for (const counts of [this.#granted, this.#untold]) {
      counts.requests += 1;
      counts.tokens += tokens;
    }
    this.#granted.held += 1;
  }

  end(estimated: number, actual: number, begunAt: number, now: number): void {
    this.usedAt = now;
    const difference = actual - estimated;
    this.#windows.correct(difference, begunAt, now);
    this.#held -= 1;
    this.#granted.held = Math.max(0, this.#granted.held - 1);
    const age = Math.floor(now / MINUTE_MS) - Math.floor(begunAt / MINUTE_MS);
    if (difference > 0 || age === 0) this.#untold.tokens += difference;
    else if (age === 1) this.#untold.earlierTokens += difference;
  }

  /** A request that began was not made. */
  cancel(tokens: number, begunAt: number, now: number): void {
    this.end(tokens, 0, begunAt, now);
    this.#windows.uncount(0, begunAt, now);
    this.#granted.requests = Math.max(0, this.#granted.requests - 1);
    this.#untold.requests -= 1;
  }

  /** What to tell; from here on it counts as told. `notTold` takes that back. */
  tell(): Untold {
    const untold = { ...this.#untold, held: this.#held };
    this.#untold = { requests: 0, tokens: 0, earlierTokens: 0 };
    return untold;
  }

  notTold(untold: Untold): void {
    this.#untold.requests += untold.requests;
    this.#untold.tokens += untold.tokens;
    this.#untold.earlierTokens += untold.earlierTokens;
  }

  /** Takes over what all nodes counted, and adds what this one counted while it was on its way. */
  hear(shared: SharedCounts, now: number): void {
    this.#windows.overwrite(now, {
      requests: shared.requests + this.#untold.requests,
      tokens: Math.max(0, shared.tokens + this.#untold.tokens),
      earlierRequests: shared.earlierRequests,
      earlierTokens: Math.max(0, shared.earlierTokens + this.#untold.earlierTokens),
    });
    this.#heldElsewhere = shared.heldElsewhere;
    this.#nodes = shared.nodes;
    this.#usedThen = { ...this.#windows.used(now), held: this.#held + shared.heldElsewhere };
    this.#granted = { requests: 0, tokens: 0, held: 0 };
  }

  #refuseByShare(limits: RequestLimits, tokens: number): TrafficLimitRefusal | undefined {
    if (this.#nodes < 2 || this.#granted.requests === 0) return undefined;
    const { concurrency, requestsPerMinute, tokensPerMinute } = limits;
    if (this.#isBeyondShare('held', 1, concurrency))
      return { kind: 'concurrency', limit: concurrency, retryAfterMs: SHARE_RETRY_MS };
    if (this.#isBeyondShare('requests', 1, requestsPerMinute))
      return { kind: 'requests', limit: requestsPerMinute, retryAfterMs: SHARE_RETRY_MS };
    if (this.#isBeyondShare('tokens', tokens, tokensPerMinute))
      return { kind: 'tokens', limit: tokensPerMinute, retryAfterMs: SHARE_RETRY_MS };
    return undefined;
  }

  #isBeyondShare(
    what: 'held' | 'requests' | 'tokens',
    more: number,
    limit: number | undefined,
  ): limit is number {
    if (limit === undefined) return false;
    const share = Math.max(0, limit - this.#usedThen[what]) / this.#nodes;
    return this.#granted[what] + more > share;
  }
}
