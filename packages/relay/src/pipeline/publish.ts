import {
  completionTokensOf,
  hasBudget,
  promptTokensOf,
  type EndState,
  type UsageEvent,
  type UsageSink,
} from '@turnpike/core';
import type { RelaySettings } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { Admission } from './admit.ts';
import type { Caller } from './authenticate.ts';
import type { Charge } from './meter.ts';
import type { ChannelPlan } from './plan.ts';

export interface PublishDeps {
  usageSink: UsageSink;
  settings: Pick<RelaySettings, 'nodeId'>;
}

/** What a usage event says beyond the charge. */
export interface ServedRequest {
  requestId: string;
  clientRequestId: string | undefined;
  caller: Caller;
  plan: ChannelPlan;
  channel: RelayChannel;
  admission: Admission;
  charge: Charge;
  operation: string;
  isStream: boolean;
  startedAt: number;
  firstByteAt: number;
  finishedAt: number;
  endState: EndState;
  attempts: number;
  systemPromptReset: boolean;
}

/**
 * Makes the bill safe. When this resolves the request is charged, exactly once, whatever is killed afterwards; only
 * then may the last byte of the answer go out.
 *
 * @throws when the event could not be made durable; as a rule nothing is charged then
 */
export function publishUsage(deps: PublishDeps, served: ServedRequest): Promise<UsageEvent> {
  const event = toUsageEvent(deps.settings.nodeId, served);
  return deps.usageSink.publish([event]).then(() => event);
}

function toUsageEvent(nodeId: string, served: ServedRequest): UsageEvent {
  const { caller, plan, charge } = served;
  const { token } = caller;
  // Written out, and what is rare is added: copying with spreads costs more than all the rest.
  const event: UsageEvent = {
    v: 1,
    requestId: served.requestId,
    at: served.finishedAt,
    userId: token.userId,
    username: token.username,
    apiTokenId: token.apiTokenId,
    apiTokenName: token.apiTokenName,
    unlimitedToken: token.unlimitedQuota,
    channelId: served.channel.id,
    model: plan.model,
    upstreamModel: charge.routePrice.upstreamModel,
    billedModel: charge.routePrice.billedModel,
    operation: served.operation,
    usage: charge.usage,
    quota: charge.quota,
    writtenOff: charge.writtenOff,
    hardBudget: served.admission.isHard,
    price: plan.snapshot.appliedPrice(
      charge.routePrice.price,
      charge.groupRatio,
      promptTokensOf(charge.usage),
    ),
    isStream: served.isStream,
    firstByteMs: served.firstByteAt === 0 ? 0 : served.firstByteAt - served.startedAt,
    durationMs: served.finishedAt - served.startedAt,
    nodeId,
    endState: served.endState,
    attempts: served.attempts,
    systemPromptReset: served.systemPromptReset,
  };
  if (token.unlimitedQuota && hasBudget(token.apiTokenLimits)) event.budgetedToken = true;
  if (served.clientRequestId !== undefined) event.clientRequestId = served.clientRequestId;
  return event;
}

/** Fields of the one log line of a finished request. */
export function logFieldsOf(event: UsageEvent, status: number): object {
  return {
    requestId: event.requestId,
    userId: event.userId,
    apiTokenId: event.apiTokenId,
    channelId: event.channelId,
    model: event.model,
    upstreamModel: event.upstreamModel,
    operation: event.operation,
    stream: event.isStream,
    status,
    attempts: event.attempts,
    durationMs: event.durationMs,
    firstByteMs: event.firstByteMs,
    promptTokens: promptTokensOf(event.usage),
    cachedPromptTokens: event.usage.input.cacheRead,
    completionTokens: completionTokensOf(event.usage),
    quota: event.quota,
    endState: event.endState,
  };
}
