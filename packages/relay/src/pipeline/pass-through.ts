import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { channelStatuses, errors, isGatewayError, roles } from '@turnpike/core';
import { ClientConnection } from '../http/client-connection.ts';
import type { RelayRoute } from '../http/route.ts';
import { searchOf } from '../http/relay-routes.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { createRequestId } from '../request-id.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import { answerError } from './answer-client.ts';
import { authenticate, type Caller } from './authenticate.ts';
import { beginRequest } from './encoded-request.ts';
import { findAddress } from './find-address.ts';

type AccountRoute = Extract<RelayRoute, { kind: 'account-resource' }>;

const forwarded = ['content-type', 'content-length', 'accept', 'openai-beta'] as const;
const returned = ['content-type', 'content-length', 'content-disposition'] as const;

/**
 * Passes requests about files, batches, fine-tuning, assistants and threads to the one channel that an option names.
 * What an account keeps is not parted by user, so only administrators' keys get there; nothing is billed.
 */
export async function passThrough(
  deps: RelayDeps,
  route: AccountRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { door, path } = route;
  const startedAt = deps.clock.now();
  const connection = new ClientConnection(request, response, createRequestId(), startedAt, door);
  let status = 500;
  try {
    const caller = await authenticate(deps, request, door);
    const channel = findChannel(deps, caller, `${request.method ?? ''} ${path}`);
    status = await forward(deps, channel, route, request, connection, response);
  } catch (error) {
    const known = isGatewayError(error) ? error : errors.upstreamUnreachable({}, { cause: error });
    status = known.status;
    if (connection.hasBegun) connection.destroy();
    else answerError(connection, known);
  }
  deps.metrics.requestFinished('account-resource', status, deps.clock.now() - startedAt, 0);
}

/** @throws `not_implemented` where no channel is named, or not for this caller */
function findChannel(deps: RelayDeps, caller: Caller, route: string): RelayChannel {
  const snapshot = deps.config.current();
  if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
  const id = snapshot.options.AccountResourcesChannel;
  const channel = id === 0 ? undefined : snapshot.channel(id);
  if (channel === undefined || caller.token.userRole < roles.admin)
    throw errors.notImplemented({ route });
  if (channel.status !== channelStatuses.enabled) throw errors.channelDisabled({ channel: id });
  return channel;
}

async function forward(
  deps: RelayDeps,
  channel: RelayChannel,
  { path }: AccountRoute,
  request: IncomingMessage,
  connection: ClientConnection,
  response: ServerResponse,
): Promise<number> {
  const method = request.method ?? 'GET';
  const search = searchOf(request.url ?? '');
  const input = { operation: 'account-resource', model: '', path, search } as const;
  const url = findAddress(channel, input);
  if (url === undefined) throw errors.notImplemented({ route: `${method} ${path}` });
  const dialect = channel.provider?.dialect ?? { streamUsage: 'never' };
  const { origin, path: upstreamPath } = beginRequest(url, dialect);
  const headers = [...channel.upstreamHeaders(dialect)];
  for (const name of forwarded) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.push(name, value);
  }
  const hasBody = method !== 'GET' && method !== 'HEAD';
  if (!hasBody) request.resume();
  const answer = await deps.pools.poolFor(origin).request({
    origin,
    path: upstreamPath,
    method,
    headers,
    body: hasBody ? request : null,
    headersTimeout: deps.settings.responseTimeoutMs,
  });
  // The channel's own trouble is never the client's.
  const isRefused = answer.statusCode === 401 || answer.statusCode === 403;
  if (isRefused) {
    await answer.body.dump();
    throw errors.upstreamCredentials();
  }
  const head: string[] = [];
  for (const name of returned) {
    const value = answer.headers[name];
    if (typeof value === 'string') head.push(name, value);
  }
  connection.beginStream(answer.statusCode, head, false);
  await pipeline(answer.body, response);
  return answer.statusCode;
}
