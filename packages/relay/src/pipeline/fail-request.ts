import { errors, isGatewayError, type GatewayError, type LimitPermit } from '@turnpike/core';
import type { RelayDeps } from '../relay-deps.ts';
import type { Admission } from './admit.ts';
import type { Caller } from './authenticate.ts';
import { answerError, breakOff } from './answer-client.ts';
import type { AnswerSide } from './client-side.ts';
import type { EarlyHead } from './early-head.ts';
import type { InboundRequest } from './inbound-request.ts';

/** What is known of a request when it fails, for its log row. */
export interface Progress {
  caller?: Caller;
  /** As it was received. */
  inbound?: InboundRequest;
  /** As it is served: with its history. */
  served?: InboundRequest;
  channelId?: number;
  /** What the request counts as in flight for: group, then channel. */
  permits?: LimitPermit[];
  /** Keeps the client company until an upstream answers. */
  waiting?: EarlyHead | undefined;
}

/** The client left before any upstream had answered: there is nothing to charge. */
export async function giveBack(
  deps: RelayDeps,
  connection: AnswerSide,
  admission: Admission,
  progress: Progress,
): Promise<void> {
  await deps.ledger.release(admission.reservation.requestId);
  record(deps, connection, progress, {
    status: 499,
    code: 'client_closed_request',
    message: 'The client closed the connection before an answer.',
  });
}

/** Tells the client and the log what went wrong. */
export function failRequest(
  deps: RelayDeps,
  connection: AnswerSide,
  progress: Progress,
  error: unknown,
): void {
  const known = toGatewayError(deps, connection, error);
  if (connection.hasBegun) breakOff(connection, known, progress.inbound);
  else answerError(connection, known);
  record(deps, connection, progress, {
    status: known.status,
    code: known.code,
    message: known.message,
  });
}

function toGatewayError(deps: RelayDeps, connection: AnswerSide, error: unknown): GatewayError {
  if (isGatewayError(error)) return error;
  if (connection.isGone)
    return errors.invalidRequest({ reason: 'The client closed the connection.' });
  deps.logger.error(
    { err: error, requestId: connection.requestId },
    'relay request failed by a bug',
  );
  return errors.internalError({}, { cause: error });
}

function record(
  deps: RelayDeps,
  connection: AnswerSide,
  progress: Progress,
  end: { status: number; code: string; message: string },
): void {
  const { caller, inbound } = progress;
  const now = deps.clock.now();
  const durationMs = now - connection.startedAt;
  deps.metrics.requestFinished(inbound?.operation ?? 'unknown', end.status, durationMs, 0);
  const fields = {
    requestId: connection.requestId,
    userId: caller?.token.userId,
    apiTokenId: caller?.token.apiTokenId,
    channelId: progress.channelId,
    model: inbound?.facts.model,
    operation: inbound?.operation,
    status: end.status,
    code: end.code,
    durationMs,
  };
  deps.logger.info(fields, 'request failed');
  if (!deps.config.current()?.options.LogErrorEnabled || caller === undefined) return;
  deps.failedRequestLog.record({
    requestId: connection.requestId,
    at: now,
    userId: caller.token.userId,
    username: caller.token.username,
    apiTokenName: caller.token.apiTokenName,
    channelId: progress.channelId ?? 0,
    model: inbound?.facts.model ?? '',
    code: end.code,
    status: end.status,
    message: end.message,
    durationMs,
    isStream: inbound?.facts.isStream ?? false,
  });
}
