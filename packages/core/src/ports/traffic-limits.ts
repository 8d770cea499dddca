import type { RequestLimits } from '../identity/request-limits.ts';
import type { LimitKind } from './ledger.ts';

/** Somebody whom many requests of many accounts share: a user group, or a channel. */
export interface LimitedParty {
  scope: 'group' | 'channel';
  id: string;
  limits: RequestLimits;
}

/** One request that is counted. */
export interface LimitPermit {
  /** The request is not in flight any more, and used so many tokens. Further calls change nothing. */
  end(actualTokens: number): void;
  /** The request was not made after all: nothing of it counts. */
  cancel(): void;
}

export interface TrafficLimitRefusal {
  kind: LimitKind;
  limit: number;
  retryAfterMs: number;
}

/**
 * Limits of groups and channels. Kept in the node's memory, so that asking costs no round trip; nodes tell each other
 * several times a second, and until then each keeps to its share of what was left. Exact in one process; in a cluster
 * the sum may exceed a limit by one request for each node.
 */
export interface TrafficLimits {
  /** Why one more request of so many tokens does not fit now; undefined: it does. Counts nothing. */
  refuse(party: LimitedParty, tokens: number): TrafficLimitRefusal | undefined;
  /** Counts a request of about so many tokens as in flight. */
  begin(party: LimitedParty, tokens: number): LimitPermit;
}
