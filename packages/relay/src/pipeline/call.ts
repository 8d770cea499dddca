import type { IncomingHttpHeaders } from 'node:http';
import {
  classifyFailure,
  createStreamTap,
  findClientCodec,
  findUpstreamCodec,
  readAnswer,
  readUpstreamError,
  toClientError,
  type Dialect,
  type FailedAttempt,
  type FailureClass,
  type StreamTap,
  type UpstreamError,
} from '@turnpike/adaptors';
import { errors, type LimitPermit, type Loss } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import { requestFor } from '../responses/with-history.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RoutePrice } from '../snapshot/relay-snapshot.ts';
import { addCredentials } from '../upstream/add-credentials.ts';
import { send } from '../upstream/send.ts';
import type { Admission } from './admit.ts';
import { UpstreamAnswer, isEventStream } from './answer-receiver.ts';
import type { AttemptOutcome, BufferedAnswer, StreamedAnswer } from './attempt-outcome.ts';
import { BudgetGuard } from './budget-guard.ts';
import { HeldLastTap } from './held-last-tap.ts';
import type { ClientSide } from './client-side.ts';
import { encodeRequest } from './encode.ts';
import { type EncodedRequest } from './encoded-request.ts';
import type { InboundRequest } from './inbound-request.ts';
import {
  addLossHeader,
  judgeLosses,
  LossyCandidates,
  policyFor,
  type LossVerdict,
} from './lossy-candidates.ts';
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
  for (;;) {
    const fresh = plan.next();
    const channel = fresh ?? lossy?.next();
    if (channel === undefined) throw lossy?.error ?? nothingLeft(plan, limits, failures);
    if (limits.isFull(channel)) continue;
    call.progress.channelId = channel.id;
    const result = await attempt(deps, call, limits, channel, attempts + 1, fresh === undefined);
    if ('outcome' in result) return result;
    if (result.kind === 'abandoned') return 'abandoned';
    if (result.kind === 'lossy') {
      (lossy ??= new LossyCandidates()).add(channel, result);
      continue;
    }
    const failure = judge(deps, channel, result.failure);
    failures.push(failure);
    if (failure.kind === 'unsupported') continue; // nothing was sent, so this was no attempt
    attempts += 1;
    const mayRetry = failure.isRetryable && attempts < maxAttempts && !call.connection.isGone;
    if (!mayRetry || !deps.retryBudget.take()) throw toClientError(plan.model, failures);
  }
}

function nothingLeft(
  { model }: ChannelPlan,
  { retryAfterMs }: ChannelLimits,
  failures: readonly FailureClass[],
): Error {
  return failures.length === 0 && retryAfterMs !== undefined
    ? errors.upstreamRateLimited({ model, retryAfterMs })
    : toClientError(model, failures);
}

type AttemptResult =
  | Served
  | Extract<AttemptOutcome, { kind: 'failed' | 'abandoned' }>
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
          inbound.facts.estimate.hard.inputTokens,
        )
      : undefined;
  const permit = limits.begin(channel);
  const exchanged = inbound === call.inbound ? call : { ...call, inbound };
  const outcome = await exchange(deps, exchanged, encoded, guard);
  deps.metrics.attemptFinished(channel.provider?.id ?? 'unknown', outcome.kind);
  if (outcome.kind === 'failed' || outcome.kind === 'abandoned') {
    permit?.end(0);
    return outcome;
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
    guard,
    permit,
  };
}

function exchange(
  deps: RelayDeps,
  call: Call,
  encoded: EncodedRequest,
  guard: BudgetGuard | undefined,
): Promise<AttemptOutcome> {
  const { inbound, plan, connection } = call;
  const { settings } = deps;
  const { operation, family } = inbound;
  const { isStream } = inbound.facts;
  const { translator, dialect } = encoded;
  const codec = family === undefined ? undefined : findClientCodec(family);
  return new Promise((resolve) => {
    let deadline: NodeJS.Timeout | undefined;
    const answer = new UpstreamAnswer({
      connection,
      ticker: deps.ticker,
      // What is translated can be made a stream of.
      isStream: isStream && translator === undefined,
      createTap: (headers) =>
        translator === undefined ? tapFor(encoded, headers) : translator.createTap(headers),
      readAnswer: (body, headers) =>
        translator?.readAnswer(body, headers) ??
        readAnswer(body, {
          operation,
          dialect,
          contentType: headers['content-type']?.toLowerCase() ?? '',
        }),
      readError,
      streamHead: (headers) => streamHead(headers, encoded, inbound),
      keepAlive: codec?.keepAlive ?? COMMENT,
      holdBackTimeoutMs: settings.holdBackTimeoutMs,
      keepAliveMs: settings.keepAliveMs,
      drainMs: plan.snapshot.options.DrainAbortedStreams ? settings.responseTimeoutMs : 0,
      canGoOn: guard === undefined ? undefined : (tap: StreamTap) => guard.canGoOn(tap),
      finish(outcome) {
        clearTimeout(deadline);
        resolve(outcome);
      },
    });
    const timeouts = isStream ? deps.timeouts.stream : deps.timeouts.whole;
    answer.sent = send(deps.pools.poolFor(encoded.origin), encoded, timeouts, answer);
    answer.watchClient();
    if (settings.relayTimeoutMs > 0) {
      deadline = setTimeout(() => {
        answer.timeOut();
      }, settings.relayTimeoutMs);
    }
  });

  function readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError {
    if (translator !== undefined) return translator.readError(status, headers, body);
    const native = inbound.door === 'openai' ? undefined : findUpstreamCodec(inbound.door);
    return (
      native?.readError(status, headers, body, dialect) ??
      readUpstreamError(status, headers, body, { dialect })
    );
  }

  function tapFor(
    { hideUsage }: EncodedRequest,
    headers: IncomingHttpHeaders,
  ): StreamTap | undefined {
    const isSse = isEventStream(headers);
    if (operation === 'speech' && !isSse && isMedia(headers)) return new HeldLastTap();
    return createStreamTap({ operation, isEventStream: isSse, isStream, dialect, hideUsage });
  }
}

function isMedia(headers: IncomingHttpHeaders): boolean {
  return !/^(application\/json|text\/)/i.test(headers['content-type'] ?? '');
}

const COMMENT = Buffer.from(': keep-alive\n\n');

function streamHead(
  headers: IncomingHttpHeaders,
  { translator, losses, dialect }: EncodedRequest,
  inbound: InboundRequest,
): { headers: string[]; isEventStream: boolean } {
  const isReframed = dialect.framing !== undefined && dialect.framing !== 'sse';
  const reframed = isReframed ? 'text/event-stream; charset=utf-8' : undefined;
  const made = answerHeaders(headers, translator?.streamContentType ?? reframed);
  addLossHeader(made, inbound, losses);
  return { headers: made, isEventStream: made[1]?.startsWith('text/event-stream') ?? false };
}

/** What of an upstream's head the client gets. `contentType` where the answer was translated. */
export function answerHeaders(headers: IncomingHttpHeaders, contentType?: string): string[] {
  const type = contentType ?? headers['content-type'] ?? 'application/octet-stream';
  const answer = ['content-type', type];
  if (type.toLowerCase().startsWith('text/event-stream'))
    answer.push('cache-control', 'no-cache', 'x-accel-buffering', 'no');
  const upstreamId = headers['x-request-id'] ?? headers['request-id'];
  if (typeof upstreamId === 'string') answer.push('x-upstream-request-id', upstreamId);
  const processing = headers['openai-processing-ms'];
  if (typeof processing === 'string') answer.push('openai-processing-ms', processing);
  return answer;
}

/** What a failure means, for the client, for the next attempt and for the channel. */
function judge(deps: RelayDeps, channel: RelayChannel, failure: FailedAttempt): FailureClass {
  const classified = classifyFailure(
    failure,
    { secret: channel.key(), baseUrl: channel.baseUrl },
    channel.provider?.dialect,
  );
  if (classified.kind === 'rate-limited')
    deps.cooldowns.noteRateLimit(channel.id, classified.retryAfterMs);
  else if (classified.isUpstreamDown) deps.cooldowns.noteFailure(channel.id);
  if (classified.disablesChannel) {
    deps.channelHealth.reportFatalError({
      channelId: channel.id,
      channelName: channel.name,
      reason: classified.message,
    });
  }
  deps.logger.warn(
    {
      channelId: channel.id,
      provider: channel.provider?.id,
      kind: classified.kind,
      status: classified.status,
      reason: classified.message,
    },
    'upstream attempt failed',
  );
  return classified;
}
