import {
  classifyFailure,
  encodeError,
  encodeInteractionBudgetCut,
  encodeInteractionStreamError,
  encodeResponsesStreamError,
  encodeStreamError,
  findClientCodec,
  inOwnWords,
  toClientError,
  type ErrorContext,
  type StreamTap,
} from '@turnpike/adaptors';
import { errors, type GatewayError, type Operation, type RateLimitFigures } from '@turnpike/core';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { prefersChinese } from '../http/request-headers.ts';
import type { StreamedAnswer } from './attempt-outcome.ts';
import type { Served } from './call.ts';
import { isForeign } from './encoded-request.ts';
import { answerHeaders } from './exchange.ts';
import type { AnswerSide } from './client-side.ts';
import type { InboundRequest } from './inbound-request.ts';
import { addLossHeader } from './lossy-candidates.ts';

const DONE = Buffer.from('data: [DONE]\n\n');

/**
 * Sends what was withheld until the bill was safe: the whole body, or a stream's last event.
 *
 * @param last that event, where somebody has asked for it already
 */
export function answerClient(
  connection: AnswerSide,
  inbound: InboundRequest,
  served: Served,
  last?: Buffer,
): void {
  const { outcome } = served;
  if (outcome.kind === 'buffered') {
    const headers = answerHeaders(outcome.headers, outcome.contentType);
    addLossHeader(headers, inbound, served.losses);
    connection.sendBody(outcome.status, headers, outcome.body);
    return;
  }
  if (outcome.endState === 'upstream-failed') {
    breakOff(connection, errorOf(served, outcome), inbound);
  } else if (outcome.wasCutByBudget) {
    connection.end(budgetCut(inbound, outcome.tap));
  } else {
    connection.end(last ?? outcome.tap.terminal());
  }
}

/** What broke a stream: the upstream's own words, made safe, or that it just ended. */
function errorOf(
  { channel, plan, dialect, planReason }: Served,
  { tap }: StreamedAnswer,
): GatewayError {
  const { error } = tap.facts;
  if (error === undefined) {
    return errors.upstreamFailed({
      reason: 'The upstream broke off its answer. What was delivered is billed.',
    });
  }
  const confidential = { secret: channel.key(), baseUrl: channel.baseUrl };
  const failure = classifyFailure({ kind: 'refused', error }, confidential, dialect);
  return toClientError(plan.model, [isForeign(planReason) ? inOwnWords(failure) : failure]);
}

/** An error before anything was sent: a proper status, and a body in the shape of the client's door. */
export function answerError(connection: AnswerSide, error: GatewayError): void {
  const { door } = connection;
  const encode =
    (door === 'openai' ? undefined : findClientCodec(door)?.encodeError) ?? encodeError;
  const { status, headers, body } = encode(error, contextOf(connection));
  headers.push(...rateLimitHeaders(refusedFigures(error), door, Date.now()));
  const { allowed } = error.details;
  if (error.status === 405 && typeof allowed === 'string') headers.push('allow', allowed);
  connection.sendBody(status, headers, body);
  connection.request.resume(); // what the client still sends is read away, so that it gets to see the answer
}

/** Of a request that a limit per minute refused: nothing of it is left. */
function refusedFigures({ code, details }: GatewayError): RateLimitFigures | undefined {
  if (code !== errors.rateLimitExceeded.definition.code) return undefined;
  const { kind, limit, retryAfterMs: resetMs = 0 } = details;
  if ((kind !== 'requests' && kind !== 'tokens') || typeof limit !== 'number') return undefined;
  return { [kind]: { limit, remaining: 0, resetMs } };
}

/**
 * An error after the answer began: an event of the client's protocol, and no terminal marker. Answers of raw bytes have
 * no such event; their connection is broken.
 */
export function breakOff(
  connection: AnswerSide,
  error: GatewayError,
  inbound: InboundRequest | undefined,
): void {
  const codec = inbound?.family === undefined ? undefined : findClientCodec(inbound.family);
  if (!connection.isEventStream && codec?.streamContentType === undefined) {
    connection.destroy();
    return;
  }
  const encode = codec?.encodeStreamError ?? streamErrorOf(inbound?.operation);
  connection.end(
    encode(error, {
      ...contextOf(connection),
      ...(inbound !== undefined && { path: inbound }),
    }),
  );
}

function streamErrorOf(operation: Operation | undefined): typeof encodeStreamError {
  if (operation === 'responses') return encodeResponsesStreamError;
  return operation === 'interaction' ? encodeInteractionStreamError : encodeStreamError;
}

function contextOf({ requestId, request }: AnswerSide): ErrorContext {
  return { requestId, isChinese: prefersChinese(request.headers) };
}

/** The last of an answer that the budget cut. */
function budgetCut(inbound: InboundRequest, tap: StreamTap): Buffer {
  if (inbound.operation === 'interaction') return encodeInteractionBudgetCut(inbound.facts.model);
  const codec = inbound.family === undefined ? undefined : findClientCodec(inbound.family);
  return (
    tap.budgetCut?.() ??
    codec?.encodeBudgetCut(inbound.facts.model) ??
    Buffer.concat([lengthFinish(inbound), DONE])
  );
}

/** The finish of an answer that ended because the budget did. */
function lengthFinish({ operation, facts: { model } }: InboundRequest): Buffer {
  const choice =
    operation === 'completions'
      ? { index: 0, text: '', finish_reason: 'length' }
      : { index: 0, delta: {}, finish_reason: 'length' };
  const object = operation === 'completions' ? 'text_completion' : 'chat.completion.chunk';
  const created = Math.floor(Date.now() / 1000);
  return Buffer.from(
    `data: ${JSON.stringify({ id: 'chatcmpl-budget', object, created, model, choices: [choice] })}\n\n`,
  );
}
