import type { IncomingMessage, ServerResponse } from 'node:http';
import { emptyUsage, errors, priceUsage, type LimitPermit } from '@turnpike/core';
import { ClientConnection } from '../http/client-connection.ts';
import { rateLimitHeaders } from '../http/rate-limit-headers.ts';
import { readClientRequestId } from '../http/request-headers.ts';
import type { RelayRoute } from '../http/route.ts';
import type { Admission } from '../pipeline/admit.ts';
import { authenticate } from '../pipeline/authenticate.ts';
import { beginRequest } from '../pipeline/encoded-request.ts';
import { failRequest, giveBack, type Progress } from '../pipeline/fail-request.ts';
import { findAddress } from '../pipeline/find-address.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import { letIn, type LetIn } from '../pipeline/let-in.ts';
import type { Charge } from '../pipeline/meter.ts';
import { logFieldsOf, publishUsage } from '../pipeline/publish.ts';
import { ChannelLimits } from '../pipeline/traffic-limits.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import { askRaw, type RawAnswer } from '../upstream/ask-raw.ts';
import { headersForClient, headersForUpstream } from './proxied-headers.ts';
import { planProxied, type ProxiedPlan } from './proxied-plan.ts';
import { toProxiedRequest } from './proxied-request.ts';
import { passAnswer } from './pass-answer.ts';

type ProxiedRoute = Extract<RelayRoute, { kind: 'proxied' }>;

/**
 * Passes a request of any method to the upstream of the channel that its path names, and the answer back, both as they
 * are. It has a row in the log like every other, and costs what the option `ModelPrice` says of `proxy`, nothing unless
 * set. Never tried twice: nobody here knows what a second time would do.
 */
export async function relayProxied(
  deps: RelayDeps,
  route: ProxiedRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = deps.clock.now();
  const connection = new ClientConnection(request, response, createRequestId(), now, 'openai');
  const inbound = toProxiedRequest(request, route.path);
  const progress: Progress = { inbound };
  let plan: ProxiedPlan | undefined;
  let admission: Admission | undefined;
  const abort = new AbortController();
  connection.onGone = () => {
    abort.abort();
  };
  try {
    refuseClimbing(route.path);
    const snapshot = deps.config.current();
    if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
    const known = await authenticate(deps, request);
    progress.caller = known;
    const { requestId } = connection;
    const admitted = await letIn(deps, snapshot, known, request, requestId, inbound, (caller) => {
      plan = planProxied(snapshot, caller, route.channel);
      return plan;
    });
    admission = admitted.admission;
    progress.caller = admitted.caller;
    if (plan === undefined) throw new Error('let in without a plan');
    progress.channelId = plan.channel.id;
    progress.permits = beginPermits(deps, admitted, plan, inbound);
    if (admission.rateLimits !== undefined)
      connection.extraHeaders = rateLimitHeaders(admission.rateLimits, 'openai', now);
    const upstream = await callUpstream(deps, plan, connection, inbound, abort.signal);
    const end = await passAnswer(upstream, headersForClient(upstream.headers), connection);
    await bill(deps, connection, admitted, plan, upstream, end);
    if (end.state === 'upstream-failed') connection.destroy();
    else connection.end(end.last);
  } catch (error) {
    if (connection.isGone && admission !== undefined)
      await giveBack(deps, connection, admission, progress);
    else {
      if (admission !== undefined) await deps.ledger.release(connection.requestId);
      failRequest(deps, connection, progress, error);
    }
  } finally {
    for (const permit of progress.permits ?? []) permit.end(0);
  }
}

/** The channel's base URL may have a path: what is outside of it was not given to anybody. */
function refuseClimbing(path: string): void {
  const steps = path.replace(/%2e/gi, '.').split(/[/\\]|%2f|%5c/i);
  if (steps.some((step) => step === '..' || step === '.'))
    throw errors.invalidRequest({ reason: "The path has '.' or '..' in it. Write it without." });
}

function beginPermits(
  deps: RelayDeps,
  { groupPermit }: LetIn,
  { channel }: ProxiedPlan,
  inbound: InboundRequest,
): LimitPermit[] {
  const permits = groupPermit === undefined ? [] : [groupPermit];
  const limits = new ChannelLimits(deps.trafficLimits, inbound);
  if (limits.isFull(channel)) {
    for (const permit of permits) permit.cancel();
    const { retryAfterMs } = limits;
    throw errors.upstreamRateLimited({
      model: inbound.facts.model,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    });
  }
  const permit = limits.begin(channel);
  return permit === undefined ? permits : [...permits, permit];
}

function callUpstream(
  deps: RelayDeps,
  { channel }: ProxiedPlan,
  { request }: ClientConnection,
  { path, search }: InboundRequest,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const address = findAddress(channel, { operation: 'proxy', model: '', path, search });
  if (address === undefined) throw errors.channelNotFound({ channel: String(channel.id) });
  const dialect = channel.provider?.dialect ?? { streamUsage: 'never' };
  const { origin, path: upstreamPath } = beginRequest(address, dialect);
  const { headers } = request;
  const hasBody =
    headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  if (!hasBody) request.resume();
  const clientKey = deps.readKey(request, 'openai')?.key ?? '';
  const raw = {
    origin,
    path: upstreamPath,
    method: request.method ?? 'GET',
    headers: [...headersForUpstream(headers, clientKey), ...channel.upstreamHeaders(dialect)],
    body: hasBody ? request : null,
    signal,
  };
  return askRaw(deps.pools.poolFor(origin), raw, deps.timeouts.whole);
}

async function bill(
  deps: RelayDeps,
  connection: ClientConnection,
  { caller, admission }: LetIn,
  plan: ProxiedPlan,
  { status }: RawAnswer,
  { state }: { state: 'complete' | 'client-aborted' | 'upstream-failed' },
): Promise<void> {
  const { channel, routePrice, snapshot, group } = plan;
  const ratio = snapshot.prices.groupRatio(group);
  const isAnswered = status < 400;
  const cost = priceUsage(emptyUsage, routePrice.price, ratio.exact, { isAnswered });
  const quota = admission.isHard ? Math.min(cost, admission.reservation.amount) : cost;
  const charge: Charge = {
    routePrice,
    groupRatio: ratio.number,
    usage: emptyUsage,
    quota,
    writtenOff: cost - quota,
  };
  const event = await publishUsage(deps, {
    requestId: connection.requestId,
    clientRequestId: readClientRequestId(connection.request.headers),
    caller,
    plan,
    channel,
    admission,
    charge,
    operation: 'proxy',
    isStream: false,
    startedAt: connection.startedAt,
    firstByteAt: connection.firstByteAt,
    finishedAt: deps.clock.now(),
    endState: state,
    attempts: 1,
    systemPromptReset: false,
  });
  deps.metrics.usagePublished(event);
  deps.metrics.requestFinished('proxy', status, event.durationMs, event.firstByteMs);
  deps.logger.info(logFieldsOf(event, status), 'request finished');
}
