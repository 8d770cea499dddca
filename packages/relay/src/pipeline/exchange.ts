import type { IncomingHttpHeaders } from 'node:http';
import {
  createStreamTap,
  findUpstreamCodec,
  readAnswer,
  readUpstreamError,
  repairChatAnswer,
  rewordAnswer,
  type AnswerWords,
  type StreamTap,
  type UpstreamError,
} from '@turnpike/adaptors';
import type { StreamTicker } from '../http/stream-ticker.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { send } from '../upstream/send.ts';
import {
  UpstreamAnswer,
  isEventStream,
  type AnswerReceiverDeps,
  type ReadAnswer,
  type StreamHead,
} from './answer-receiver.ts';
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
  asked: Exchange,
  encoded: EncodedRequest,
  guard: BudgetGuard | undefined,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    const reading = new ExchangeReading(deps, asked, encoded, guard, resolve);
    const answer = new UpstreamAnswer(reading);
    const timeouts = asked.inbound.facts.isStream ? deps.timeouts.stream : deps.timeouts.whole;
    answer.sent = send(deps.pools.poolFor(encoded.origin), encoded, timeouts, answer, deps.ticker);
    answer.watchClient();
    reading.limit(answer, deps.settings.relayTimeoutMs);
  });
}

/** How the answer to one request is read. One object: seven closures for each request are a microsecond and a kilobyte. */
class ExchangeReading implements AnswerReceiverDeps {
  readonly connection: ClientSide;
  readonly ticker: StreamTicker;
  readonly isStream: boolean;
  readonly keepAlive: Buffer;
  readonly holdBackTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly drainMs: number;
  readonly #asked: Exchange;
  readonly #encoded: EncodedRequest;
  readonly #guard: BudgetGuard | undefined;
  readonly #resolve: (outcome: AttemptOutcome) => void;
  #deadline: NodeJS.Timeout | undefined;

  constructor(
    { ticker, settings }: RelayDeps,
    asked: Exchange,
    encoded: EncodedRequest,
    guard: BudgetGuard | undefined,
    resolve: (outcome: AttemptOutcome) => void,
  ) {
    const { inbound, plan, connection } = asked;
    this.connection = connection;
    this.ticker = ticker;
    // What is translated can be made a stream of.
    this.isStream = inbound.facts.isStream && encoded.translator === undefined;
    this.keepAlive = keepAliveOf(inbound.family);
    this.holdBackTimeoutMs = settings.holdBackTimeoutMs;
    this.keepAliveMs = settings.keepAliveMs;
    this.drainMs = plan.snapshot.options.DrainAbortedStreams ? settings.responseTimeoutMs : 0;
    this.#asked = asked;
    this.#encoded = encoded;
    this.#guard = guard;
    this.#resolve = resolve;
  }

  /** @param afterMs the longest that the whole call may take; 0: no limit */
  limit(answer: UpstreamAnswer, afterMs: number): void {
    if (afterMs <= 0) return;
    this.#deadline = setTimeout(() => {
      answer.timeOut();
    }, afterMs);
  }

  finish(outcome: AttemptOutcome): void {
    clearTimeout(this.#deadline);
    this.#resolve(outcome);
  }

  canGoOn(tap: StreamTap): boolean {
    return this.#guard === undefined || this.#guard.canGoOn(tap);
  }

  createTap(headers: IncomingHttpHeaders): StreamTap | undefined {
    const { translator, dialect, hideUsage } = this.#encoded;
    if (translator !== undefined) return translator.createTap(headers);
    const { operation, facts } = this.#asked.inbound;
    const isSse = isEventStream(headers);
    if (operation === 'speech' && !isSse && isMedia(headers)) return new HeldLastTap();
    return createStreamTap({
      operation,
      isEventStream: isSse,
      isStream: facts.isStream,
      dialect,
      hideUsage,
      words: this.#words(),
    });
  }

  readAnswer(body: Buffer, headers: IncomingHttpHeaders): ReadAnswer {
    const { translator, dialect } = this.#encoded;
    if (translator !== undefined) return translator.readAnswer(body, headers);
    const { operation } = this.#asked.inbound;
    const contentType = headers['content-type']?.toLowerCase() ?? '';
    const facts = readAnswer(body, { operation, dialect, contentType });
    const words = this.#words();
    const isLoose = operation === 'chat' && dialect.isFaithful !== true;
    if (words === undefined && !isLoose) return facts;
    const repaired = isLoose ? repairChatAnswer(body) : body;
    const said = words === undefined ? repaired : rewordAnswer(repaired, words);
    return said === body ? facts : { ...facts, body: said };
  }

  readError(status: number, headers: IncomingHttpHeaders, body: Buffer): UpstreamError {
    const { translator, dialect } = this.#encoded;
    if (translator !== undefined) return translator.readError(status, headers, body);
    const { door } = this.#asked.inbound;
    const native = door === 'openai' ? undefined : findUpstreamCodec(door);
    return (
      native?.readError(status, headers, body, dialect) ??
      readUpstreamError(status, headers, body, { dialect })
    );
  }

  streamHead(headers: IncomingHttpHeaders): StreamHead {
    return streamHead(headers, this.#encoded, this.#asked.inbound);
  }

  /** Answers that are translated say what was asked anyway. */
  #words(): AnswerWords | undefined {
    const { plan, inbound } = this.#asked;
    const isNamed = plan.snapshot.options.ResponseModelName === 'requested';
    const model = isNamed ? inbound.facts.model : undefined;
    const { store } = this.#encoded;
    return (model ?? store) === undefined ? undefined : { model, store };
  }
}

function isMedia(headers: IncomingHttpHeaders): boolean {
  return !/^(application\/json|text\/)/i.test(headers['content-type'] ?? '');
}

function streamHead(
  headers: IncomingHttpHeaders,
  { translator, losses, dialect }: EncodedRequest,
  inbound: InboundRequest,
): StreamHead {
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
