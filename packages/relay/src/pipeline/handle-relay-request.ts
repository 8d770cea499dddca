import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type LimitPermit } from '@turnpike/core';
import type { BackgroundRun } from '../background/background-run.ts';
import { readBackgroundRequest } from '../background/background-request.ts';
import { beginBackground } from '../background/begin-background.ts';
import { ClientConnection } from '../http/client-connection.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { readClientRequestId } from '../http/request-headers.ts';
import type { OperationRoute } from '../http/route.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import { mayGoOn, withHistory } from '../responses/with-history.ts';
import { keepInteraction, withInteraction } from '../responses/interaction-history.ts';
import { keepAnswer } from '../responses/keep-answer.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import type { Admission } from './admit.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { callUpstreams, type Served } from './call.ts';
import { answerClient } from './answer-client.ts';
import type { AnswerSide } from './client-side.ts';
import { holdOpen } from './early-head.ts';
import { failRequest, giveBack, type Progress } from './fail-request.ts';
import { discardRequest, receiveRequest, type InboundRequest } from './inbound-request.ts';
import { letIn } from './let-in.ts';
import { meterAnswer } from './meter.ts';
import { logFieldsOf, publishUsage } from './publish.ts';
import { countedTokens } from './traffic-limits.ts';

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
  // Who gets the answer: the client, or in its place a response that it asks for later.
  let answering: AnswerSide = connection;
  let run: BackgroundRun | undefined;
  try {
    const snapshot = requireSnapshot(deps);
    const recognised = authenticate(deps, request, route.door);
    const known = recognised instanceof Promise ? await recognised : recognised;
    progress.caller = known;
    const received = (progress.inbound = await receiveRequest(deps, route, request));
    const background = readBackgroundRequest(deps.responseStore, received);
    const inbound = mayGoOn(received)
      ? await withHistory(deps, known.token.userId, background?.inbound ?? received)
      : received.operation === 'interaction'
        ? await withInteraction(deps, known.token.userId, received)
        : received;
    progress.served = inbound;
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
    if (background !== undefined) {
      run = await beginBackground(deps, connection, caller, inbound, background);
      answering = run;
    } else {
      progress.waiting = holdOpen(deps, connection, inbound, {
        afterMs: deps.settings.holdBackTimeoutMs,
        keepAliveMs: deps.settings.keepAliveMs,
      });
    }
    const call = { plan, admission, inbound, connection: answering, progress };
    const served = await callUpstreams(deps, call);
    if (served === 'abandoned') await giveBack(deps, answering, admission, progress);
    else {
      if (served.permit !== undefined) (progress.permits ??= []).push(served.permit);
      await bill(deps, answering, caller, inbound, admission, served, progress);
    }
  } catch (error) {
    if (admission !== undefined) await deps.ledger.release(connection.requestId);
    failRequest(deps, answering, progress, error);
  } finally {
    progress.waiting?.end();
    if (progress.permits !== undefined) endPermits(progress.permits, 0);
    const discarding = progress.inbound && discardRequest(deps.bodyPool, progress.inbound);
    if (discarding !== undefined) await discarding;
    if (progress.served !== progress.inbound) progress.served?.history?.discard();
    run?.close();
  }
}

/** Charges what was served, and only then lets the client have the last byte. */
async function bill(
  deps: RelayDeps,
  connection: AnswerSide,
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
      : inbound.operation === 'interaction'
        ? await keepInteraction(deps, caller.token.userId, inbound, served)
        : undefined;
  answerClient(connection, inbound, served, last);
  const status = connection.isGone ? 499 : 200;
  deps.metrics.usagePublished(event);
  deps.metrics.requestFinished(inbound.operation, status, event.durationMs, event.firstByteMs);
  const { planReason } = served;
  const fields = logFieldsOf(event, status);
  deps.logger.info(
    planReason === undefined ? fields : { ...fields, planReason },
    'request finished',
  );
}

function endPermits(permits: readonly LimitPermit[], tokens: number): void {
  for (const permit of permits) permit.end(tokens);
}

function endStateOf(
  { outcome }: Served,
  connection: AnswerSide,
): 'complete' | 'client-aborted' | 'upstream-failed' {
  if (outcome.kind === 'streamed') return outcome.endState;
  return connection.isGone ? 'client-aborted' : 'complete';
}

function requireSnapshot(deps: RelayDeps): RelaySnapshot {
  const snapshot = deps.config.current();
  if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
  return snapshot;
}
