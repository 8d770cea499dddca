import type { IncomingHttpHeaders } from 'node:http';
import {
  createStreamTap,
  findUpstreamCodec,
  nameModel,
  readAnswer,
  readUpstreamError,
  type StreamTap,
  type UpstreamError,
} from '@turnpike/adaptors';
import type { RelayDeps } from '../relay-deps.ts';
import { send } from '../upstream/send.ts';
import { UpstreamAnswer, isEventStream, type ReadAnswer } from './answer-receiver.ts';
import type { AttemptOutcome } from './attempt-outcome.ts';
import type { BudgetGuard } from './budget-guard.ts';
import type { ClientSide } from './client-side.ts';
import type { EncodedRequest } from './encoded-request.ts';
import { HeldLastTap } from './held-last-tap.ts';
import type { InboundRequest } from './inbound-request.ts';
import { keepAliveOf } from './keep-alive.ts';
import { addLossHeader } from './lossy-candidates.ts';
import type { ChannelPlan } from './plan.ts';

/** What is exchanged for whom. */
export interface Exchange {
  plan: ChannelPlan;
  inbound: InboundRequest;
  connection: ClientSide;
}

/** Sends a request that is ready, and receives its answer. */
export function exchange(
  deps: RelayDeps,
  { inbound, plan, connection }: Exchange,
  encoded: EncodedRequest,
  guard: BudgetGuard | undefined,
): Promise<AttemptOutcome> {
  const { settings } = deps;
  const { operation, family } = inbound;
  const { isStream } = inbound.facts;
  const { translator, dialect } = encoded;
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
        translator?.readAnswer(body, headers) ?? readRelayed(body, headers),
      readError,
      streamHead: (headers) => streamHead(headers, encoded, inbound),
      keepAlive: keepAliveOf(family),
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

  /** Answers that are translated say what was asked anyway. */
  function modelName(): string | undefined {
    const { ResponseModelName: whose } = plan.snapshot.options;
    return whose === 'requested' ? inbound.facts.model : undefined;
  }

  function readRelayed(body: Buffer, headers: IncomingHttpHeaders): ReadAnswer {
    const contentType = headers['content-type']?.toLowerCase() ?? '';
    const facts = readAnswer(body, { operation, dialect, contentType });
    const name = modelName();
    return name === undefined ? facts : { ...facts, body: nameModel(body, name) };
  }

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
    return createStreamTap({
      operation,
      isEventStream: isSse,
      isStream,
      dialect,
      hideUsage,
      modelName: modelName(),
    });
  }
}

function isMedia(headers: IncomingHttpHeaders): boolean {
  return !/^(application\/json|text\/)/i.test(headers['content-type'] ?? '');
}

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
