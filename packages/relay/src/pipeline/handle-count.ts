import type { IncomingMessage, ServerResponse } from 'node:http';
import { findClientCodec, type PathFacts } from '@turnpike/adaptors';
import {
  errors,
  isGatewayError,
  type CanonicalRequest,
  type Family,
  type Operation,
} from '@turnpike/core';
import { readConversationText } from '../counting/conversation-text.ts';
import { ClientConnection } from '../http/client-connection.ts';
import type { OperationRoute } from '../http/route.ts';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { createRequestId } from '../request-id.ts';
import { withHistory } from '../responses/with-history.ts';
import { answerError } from './answer-client.ts';
import { authenticate } from './authenticate.ts';
import { callUpstreams } from './call.ts';
import { answerHeaders } from './exchange.ts';
import { findAddress } from './find-address.ts';
import {
  discardRequest,
  pathFactsOf,
  receiveRequest,
  type InboundRequest,
} from './inbound-request.ts';
import { freeAdmission } from './free-admission.ts';
import { planChannels, type ChannelPlan } from './plan.ts';

/** Whose conversations each operation counts, and how the figure is answered. */
const countedBy: Readonly<
  Partial<Record<Operation, { family: Family; answer: (tokens: number) => object }>>
> = {
  'count-message-tokens': {
    family: 'anthropic',
    answer: (tokens) => ({ input_tokens: tokens }),
  },
  'count-content-tokens': { family: 'gemini', answer: (tokens) => ({ totalTokens: tokens }) },
  'count-response-tokens': {
    family: 'openai-responses',
    answer: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
  },
};

export function isCount(operation: Operation): boolean {
  return operation in countedBy;
}

/**
 * Counts the tokens of a prompt: by the upstream where one of the model's channels can, else here. Never charged, so
 * nothing is reserved; the key and the model are judged as for any request.
 */
export async function handleCount(
  deps: RelayDeps,
  route: OperationRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { door, operation } = route;
  const now = deps.clock.now();
  const connection = new ClientConnection(request, response, createRequestId(), now, door);
  let received: InboundRequest | undefined;
  let status = 200;
  try {
    const caller = await authenticate(deps, request, door);
    const snapshot = deps.config.current();
    if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
    received = await receiveRequest(deps, route, request);
    const inbound = await withHistory(deps, caller.token.userId, received);
    const plan = planChannels(deps, snapshot, caller, inbound.facts.model, operation);
    const native = nativeOnly(plan, operation);
    const isServed = native !== undefined && (await countThere(deps, connection, inbound, native));
    if (!isServed) await countHere(deps, connection, inbound);
  } catch (error) {
    const known = isGatewayError(error) ? error : errors.internalError({}, { cause: error });
    if (!isGatewayError(error))
      deps.logger.error(
        { err: error, requestId: connection.requestId },
        'relay request failed by a bug',
      );
    status = known.status;
    answerError(connection, known);
  } finally {
    if (received !== undefined) await discardRequest(deps.bodyPool, received);
    deps.metrics.requestFinished(operation, status, deps.clock.now() - now, 0);
  }
}

/** The plan without the channels that cannot count; undefined where none is left. */
function nativeOnly(plan: ChannelPlan, operation: Operation): ChannelPlan | undefined {
  const channels: RelayChannel[] = [];
  for (let channel = plan.next(); channel !== undefined; channel = plan.next()) {
    const model = plan.priceThrough(channel)?.upstreamModel;
    if (model !== undefined && findAddress(channel, { operation, model }) !== undefined)
      channels.push(channel);
  }
  return channels.length === 0 ? undefined : { ...plan, next: () => channels.shift() };
}

/** False where the upstream cannot after all: then the count is made here. */
async function countThere(
  deps: RelayDeps,
  connection: ClientConnection,
  inbound: InboundRequest,
  plan: ChannelPlan,
): Promise<boolean> {
  try {
    const call = { plan, admission: freeAdmission, inbound, connection, progress: {} };
    const served = await callUpstreams(deps, call);
    if (served === 'abandoned') return true;
    const { outcome } = served;
    if (outcome.kind !== 'buffered') return false;
    connection.sendBody(outcome.status, answerHeaders(outcome.headers), outcome.body);
    return true;
  } catch (error) {
    // A client's mistake is told; an upstream that fails is no reason not to count.
    if (isGatewayError(error) && error.status === 400) throw error;
    return false;
  }
}

async function countHere(
  deps: RelayDeps,
  connection: ClientConnection,
  inbound: InboundRequest,
): Promise<void> {
  const { texts, fixedTokens } = readConversationText(decode(inbound, pathFactsOf(inbound)));
  const counts = await deps.tokenCounter.count(inbound.facts.model, texts);
  const tokens = fixedTokens + counts.reduce((sum, count) => sum + count, 0);
  const bytes = Buffer.from(JSON.stringify(countedBy[inbound.operation]?.answer(tokens)));
  connection.sendBody(200, ['content-type', 'application/json; charset=utf-8'], bytes);
}

function decode(inbound: InboundRequest, path: PathFacts): CanonicalRequest {
  const family = countedBy[inbound.operation]?.family;
  if (inbound.body.kind !== 'json' || family === undefined)
    throw new Error('this operation counts nothing');
  const body = JSON.parse(inbound.body.probe.body.toString('utf8')) as Record<string, unknown>;
  const codec = findClientCodec(family);
  if (codec === undefined) throw errors.notImplemented({ route: inbound.path });
  // Google's clients may wrap the request whose tokens they want counted.
  const wrapped = body['generateContentRequest'];
  return codec.decodeRequest(isObject(wrapped) ? wrapped : body, path);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
