import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, isGatewayError, type GatewayError, type LimitPermit } from '@turnpike/core';
import { ClientConnection } from '../http/client-connection.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { readClientRequestId } from '../http/request-headers.ts';
import type { OperationRoute } from '../http/route.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import { withHistory } from '../responses/with-history.ts';
import { keepAnswer } from '../responses/keep-answer.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { callUpstreams, type Served } from './call.ts';
import { answerClient, answerError, breakOff } from './answer-client.ts';
import { holdOpen, type EarlyHead } from './early-head.ts';
import { discardRequest, receiveRequest, type InboundRequest } from './inbound-request.ts';
import { letIn } from './let-in.ts';
import { meterAnswer } from './meter.ts';
import { logFieldsOf, publishUsage } from './publish.ts';
import { countedTokens } from './traffic-limits.ts';

/** What is known of a request when it fails, for its log row. */
interface Progress {
  caller?: Caller;
  inbound?: InboundRequest;
  channelId?: number;
  /** What the request counts as in flight for: group, then channel. */
  permits?: LimitPermit[];
  /** Keeps the client company until an upstream answers. */
  waiting?: EarlyHead | undefined;
}

/**
 * The life of a relayed request: authenticate → plan → admit → call (encode, send, decode) → meter → publish → last byte.
 * What an earlier step took is given back here when a later one fails: the reservation, the upload, and the answer.
 */
export async function handleRelayRequest(
  deps: RelayDeps,
  route: OperationRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const connection = new ClientConnection(
    request,
    response,
    createRequestId(),
    deps.clock.now(),
    route.door,
  );
  const progress: Progress = {};
  let admission: Admission | undefined;
  try {
    const snapshot = requireSnapshot(deps);
    const recognised = authenticate(deps, request, route.door);
    const known = recognised instanceof Promise ? await recognised : recognised;
    progress.caller = known;
    const received = (progress.inbound = await receiveRequest(deps, route, request));
    const inbound =
      received.operation === 'responses'
        ? await withHistory(deps, known.token.userId, received)
        : received;
    const letInAs = await letIn(deps, snapshot, known, request, connection.requestId, inbound);
    const { caller, plan } = letInAs;
    progress.caller = caller;
    admission = letInAs.admission;
    if (admission.rateLimits !== undefined)
      connection.extraHeaders = rateLimitHeaders(
        admission.rateLimits,
        inbound.door,
        deps.clock.now(),
      );
    if (letInAs.groupPermit !== undefined) (progress.permits ??= []).push(letInAs.groupPermit);
    progress.waiting = holdOpen(deps, connection, inbound, {
      afterMs: deps.settings.holdBackTimeoutMs,
      keepAliveMs: deps.settings.keepAliveMs,
    });
    const served = await callUpstreams(deps, { plan, admission, inbound, connection, progress });
    if (served === 'abandoned') await giveBack(deps, connection, admission, progress);
    else {
      if (served.permit !== undefined) (progress.permits ??= []).push(served.permit);
      await bill(deps, connection, caller, inbound, admission, served, progress);
    }
  } catch (error) {
    if (admission !== undefined) await deps.ledger.release(connection.requestId);
    fail(deps, connection, progress, error);
  } finally {
    progress.waiting?.end();
    if (progress.permits !== undefined) endPermits(progress.permits, 0);
    if (progress.inbound !== undefined) await discardRequest(deps.bodyPool, progress.inbound);
  }
}

/** Charges what was served, and only then lets the client have the last byte. */
async function bill(
  deps: RelayDeps,
  connection: ClientConnection,
  caller: Caller,
  inbound: InboundRequest,
  admission: Admission,
  served: Served,
  { permits }: Progress,
): Promise<void> {
  const metered = meterAnswer(deps, inbound, admission, served);
  const charge = metered instanceof Promise ? await metered : metered;
  if (permits !== undefined) endPermits(permits, countedTokens(charge.usage));
  const endState = endStateOf(served, connection);
  const event = await publishUsage(deps, {
    requestId: connection.requestId,
    clientRequestId: readClientRequestId(connection.request.headers),
    caller,
    plan: served.plan,
    channel: served.channel,
    admission,
    charge,
    operation: inbound.operation,
    isStream: inbound.facts.isStream,
    startedAt: connection.startedAt,
    firstByteAt: connection.firstByteAt,
    finishedAt: deps.clock.now(),
    endState,
    attempts: served.attempts,
    systemPromptReset: served.systemPromptReset,
  });
  const last =
    inbound.operation === 'responses'
      ? await keepAnswer(deps, caller.token.userId, inbound, served)
      : undefined;
  answerClient(connection, inbound, served, last);
  const status = connection.isGone ? 499 : 200;
  deps.metrics.usagePublished(event);
  deps.metrics.requestFinished(inbound.operation, status, event.durationMs, event.firstByteMs);
  deps.logger.info(logFieldsOf(event, status), 'request finished');
}

function endPermits(permits: readonly LimitPermit[], tokens: number): void {
  for (const permit of permits) permit.end(tokens);
}

function endStateOf(
  { outcome }: Served,
  connection: ClientConnection,
): 'complete' | 'client-aborted' | 'upstream-failed' {
  if (outcome.kind === 'streamed') return outcome.endState;
  return connection.isGone ? 'client-aborted' : 'complete';
}

/** The client left before any upstream had answered: there is nothing to charge. */
async function giveBack(
  deps: RelayDeps,
  connection: ClientConnection,
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

function fail(
  deps: RelayDeps,
  connection: ClientConnection,
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

function toGatewayError(
  deps: RelayDeps,
  connection: ClientConnection,
  error: unknown,
): GatewayError {
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
  connection: ClientConnection,
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

function requireSnapshot(deps: RelayDeps): RelaySnapshot {
  const snapshot = deps.config.current();
  if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
  return snapshot;
}
