import {
  completionTokensOf,
  errors,
  promptTokensOf,
  type LimitPermit,
  type TrafficLimitRefusal,
  type TrafficLimits,
  type Usage,
} from '@turnpike/core';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { InboundRequest } from './inbound-request.ts';
import type { ChannelPlan } from './plan.ts';

/**
 * Counts a request against the limits of its group.
 *
 * @returns undefined where the group has none
 * @throws `rate_limit_exceeded`, `concurrency_limit_exceeded`
 */
export function beginInGroup(
  trafficLimits: TrafficLimits,
  { snapshot, group }: ChannelPlan,
  inbound: InboundRequest,
): LimitPermit | undefined {
  const party = snapshot.limitedGroup(group);
  if (party === undefined) return undefined;
  const tokens = tokensOf(inbound);
  const refusal = trafficLimits.refuse(party, tokens);
  if (refusal === undefined) return trafficLimits.begin(party, tokens);
  throw refusal.kind === 'concurrency'
    ? errors.concurrencyLimitExceeded({ ...refusal, scope: 'group' })
    : errors.rateLimitExceeded({ ...refusal, scope: 'group' });
}

/** A channel's own limits, for one request. Channels that are full are passed over. */
export class ChannelLimits {
  readonly #trafficLimits: TrafficLimits;
  readonly #tokens: number;
  /** How long until one of the full channels may have room; undefined where none was full. */
  retryAfterMs: number | undefined;

  constructor(trafficLimits: TrafficLimits, inbound: InboundRequest) {
    this.#trafficLimits = trafficLimits;
    this.#tokens = tokensOf(inbound);
  }

  isFull({ limited }: RelayChannel): boolean {
    if (limited === undefined) return false;
    const refusal = this.#trafficLimits.refuse(limited, this.#tokens);
    if (refusal !== undefined) this.#note(refusal);
    return refusal !== undefined;
  }

  /** @returns undefined where the channel has no limits */
  begin({ limited }: RelayChannel): LimitPermit | undefined {
    return limited && this.#trafficLimits.begin(limited, this.#tokens);
  }

  #note({ retryAfterMs }: TrafficLimitRefusal): void {
    this.retryAfterMs = Math.min(this.retryAfterMs ?? Infinity, retryAfterMs);
  }
}

/** What limits count of a request that was served. */
export function countedTokens(usage: Usage): number {
  return promptTokensOf(usage) + completionTokensOf(usage);
}

function tokensOf({ facts }: InboundRequest): number {
  const { inputTokens, outputTokens } = facts.estimate.soft;
  return inputTokens + outputTokens;
}
