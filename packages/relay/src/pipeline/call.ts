import { inOwnWords, toClientError, type Dialect, type FailureClass } from '@turnpike/adaptors';
import { errors, type LimitPermit, type Loss, type Operation } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import { addedBytesOf } from '../policy/size-rules.ts';
import { requestFor } from '../responses/with-history.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import { addCredentials } from '../upstream/add-credentials.ts';
import type { Admission } from './admit.ts';
import type { AttemptOutcome, BufferedAnswer, StreamedAnswer } from './attempt-outcome.ts';
import { BudgetGuard } from './budget-guard.ts';
import type { ClientSide } from './client-side.ts';
import { encodeRequest } from './encode.ts';
import { isForeign, type EncodedRequest, type PlanReason } from './encoded-request.ts';
import { exchange } from './exchange.ts';
import type { InboundRequest } from './inbound-request.ts';
import { judgeFailure } from './judge-failure.ts';
import { judgeLosses, LossyCandidates, policyFor, type LossVerdict } from './lossy-candidates.ts';
import type { ChannelPlan } from './plan.ts';
import { ChannelLimits } from './traffic-limits.ts';

/** An answer that will be charged. */
export interface Served {
  outcome: StreamedAnswer | BufferedAnswer;
  plan: ChannelPlan;
  channel: RelayChannel;
  routePrice: RoutePrice;
  dialect: Dialect;
  attempts: number;
  systemPromptReset: boolean;
  /** What of the request could not be carried to this upstream. */
  losses: readonly Loss[];
  /** It is not the upstream's own answer, but one made from it. */
  isTranslated: boolean;
  /** Why it is not passed on as it is; undefined where it is. */
  planReason: PlanReason | undefined;
  /** Present under a hard budget, for streams. */
  guard: BudgetGuard | undefined;
  /** Counted against the limits of the channel, where it has any. */
  permit: LimitPermit | undefined;
}

export interface Call {
  plan: ChannelPlan;
  admission: Admission;
  inbound: InboundRequest;
  connection: ClientSide;
  /** Tells the caller which channel was tried last. */
  progress: { channelId?: number };
  /** Told of each attempt that failed. */
  onFailure?(failure: FailureClass): void;
}

/**
 * Tries channels until one serves. Moves on only while the client has seen nothing, the failure is not the client's own,
 * and retries are left (option `RetryTimes`, and the node's retry budget).
 *
 * @throws what the last failure means to the client
 */
export async function callUpstreams(deps: RelayDeps, call: Call): Promise<Served | 'abandoned'> {
  const { plan } = call;
  deps.retryBudget.noteRequest();
  let lossy: LossyCandidates | undefined;
  const maxAttempts = plan.isPinned ? 1 : 1 + Math.max(0, plan.snapshot.options.RetryTimes);
  const failures: FailureClass[] = [];
  const limits = new ChannelLimits(deps.trafficLimits, call.inbound);
  let attempts = 0;
  let isRetry = false;
  for (;;) {
    const fresh = plan.next();
    const channel = fresh ?? lossy?.next();
    // Where somebody was asked, and failed, another try may help.
    if (channel === undefined)
      throw (attempts === 0 ? lossy?.error : undefined) ?? nothingLeft(call, limits, failures);
    if (limits.isFull(channel)) continue;
    // Paid for only where there is somebody left to ask.
    if (isRetry && !deps.retryBudget.take()) throw toClientError(plan.model, failures);
    isRetry = false;
    call.progress.channelId = channel.id;
    const result = await attempt(deps, call, limits, channel, attempts + 1, fresh === undefined);
    if ('outcome' in result) return result;
    if (result.kind === 'abandoned') return 'abandoned';
    if (result.kind === 'lossy') {
      (lossy ??= new LossyCandidates(plan)).add(channel, result);
      continue;
    }
    const failure = judgeFailure(deps, channel, result.failure);
    call.onFailure?.(failure);
    failures.push(isForeign(result.planReason) ? inOwnWords(failure) : failure);
    if (failure.kind === 'unsupported') continue; // nothing was sent, so this was no attempt
    attempts += 1;
    const mayRetry = failure.isRetryable && attempts < maxAttempts && !call.connection.isGone;
    if (!mayRetry) throw toClientError(plan.model, failures);
    isRetry = true;
  }
}

/** What one vendor alone has: that no channel has it is no trouble that passes. */
const ofOneVendor: ReadonlySet<Operation> = new Set<Operation>(['compact-response']);

function nothingLeft(
  { plan: { model }, inbound }: Call,
  { retryAfterMs }: ChannelLimits,
  failures: readonly FailureClass[],
): Error {
  if (failures.length === 0 && retryAfterMs !== undefined)
    return errors.upstreamRateLimited({ model, retryAfterMs });
  const isOffered = !failures.every(({ kind }) => kind === 'unsupported');
  if (ofOneVendor.has(inbound.operation) && !isOffered)
    return errors.notImplemented({ route: `POST ${inbound.path}` });
  return toClientError(model, failures);
}

type AttemptResult =
  | Served
  | (Extract<AttemptOutcome, { kind: 'failed' }> & { planReason?: PlanReason | undefined })
  | Extract<AttemptOutcome, { kind: 'abandoned' }>
  | ({ kind: 'lossy' } & LossVerdict);

async function attempt(
  deps: RelayDeps,
  call: Call,
  limits: ChannelLimits,
  channel: RelayChannel,
  attempts: number,
  isLastResort: boolean,
): Promise<AttemptResult> {
  const { plan, admission } = call;
  const { history } = call.inbound;
  const inbound =
    history === undefined ? call.inbound : await requestFor(call.inbound, history, channel.id);
  const routePrice = plan.priceThrough(channel);
  const encoding =
    routePrice === undefined
      ? undefined
      : encodeRequest(deps, {
          channel,
          upstreamModel: routePrice.upstreamModel,
          inbound,
          admission,
          requestId: call.connection.requestId,
        });
  const encoded = encoding instanceof Promise ? await encoding : encoding;
  // Another candidate may offer what this one does not: no price of its own, or no such operation.
  if (routePrice === undefined || encoded === undefined)
    return { kind: 'failed', failure: { kind: 'unsupported' } };
  if (encoded.losses.length > 0) {
    const verdict = judgeLosses(encoded.losses, policyFor(plan, channel, inbound), isLastResort);
    if (verdict !== undefined) return { kind: 'lossy', ...verdict };
  }
  const adding = addCredentials(deps, channel, encoded);
  const failure = adding instanceof Promise ? await adding : adding;
  if (failure !== undefined) return { kind: 'failed', failure };

  const guard =
    admission.isHard && inbound.facts.isStream && inbound.facts.hasTextOutput
      ? new BudgetGuard(
          deps.ledger,
          admission,
          routePrice,
          admission.groupRatio,
          inbound.facts.estimate.hard.inputTokens + addedBytesOf(channel),
        )
      : undefined;
  const permit = limits.begin(channel);
  const exchanged = inbound === call.inbound ? call : { ...call, inbound };
  const outcome = await exchange(deps, exchanged, encoded, guard);
  deps.metrics.attemptFinished(channel.provider?.id ?? 'unknown', outcome.kind);
  if (outcome.kind === 'failed' || outcome.kind === 'abandoned') {
    permit?.end(0);
    return outcome.kind === 'failed' ? { ...outcome, planReason: encoded.planReason } : outcome;
  }
  deps.cooldowns.noteSuccess(channel.id);
  if (plan.conversation !== undefined) deps.affinity.note(plan.conversation, channel.id);
  return {
    outcome,
    plan,
    channel,
    routePrice,
    dialect: encoded.dialect,
    attempts,
    systemPromptReset: encoded.systemPromptReset,
    losses: encoded.losses,
    isTranslated: encoded.translator !== undefined,
    planReason: encoded.planReason ?? rewordedFor(plan, encoded),
    guard,
    permit,
  };
}

/** Answers that are passed on say the model that was asked, or whether they are kept here. */
function rewordedFor({ snapshot }: ChannelPlan, { store }: EncodedRequest): PlanReason | undefined {
  if (snapshot.options.ResponseModelName === 'requested') return 'model_in_response';
  return store === undefined ? undefined : 'store_in_response';
}
