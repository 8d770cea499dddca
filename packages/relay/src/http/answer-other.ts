import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, isGatewayError } from '@turnpike/core';
import { listModels, retrieveModel } from '../models/list-models.ts';
import { followStored } from '../background/follow-stored.ts';
import { answerError } from '../pipeline/answer-client.ts';
import { authenticate } from '../pipeline/authenticate.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { answerStoredInteraction } from '../responses/answer-stored-interaction.ts';
import { answerStoredResponse } from '../responses/answer-stored-response.ts';
import { createRequestId } from '../request-id.ts';
import { ClientConnection } from './client-connection.ts';
import type { Door } from './door.ts';
import { pathOf, searchOf } from './relay-routes.ts';
import type { RelayRoute } from './route.ts';

/** Everything under the relay's doors that is not relayed: model lists, 501, 404, 405. */
export async function answerOther(
  deps: RelayDeps,
  route: RelayRoute,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const door = route.door ?? modelsDoorOf(request);
  const connection = new ClientConnection(
    request,
    response,
    createRequestId(),
    deps.clock.now(),
    door,
  );
  request.resume();
  try {
    const body = await answerRoute(deps, route, connection);
    if (body === undefined) return;
    const bytes = Buffer.from(JSON.stringify(body));
    connection.sendBody(200, ['content-type', 'application/json; charset=utf-8'], bytes);
  } catch (error) {
    if (!isGatewayError(error))
      deps.logger.error(
        { err: error, requestId: connection.requestId },
        'relay request failed by a bug',
      );
    if (connection.hasBegun) connection.destroy();
    else
      answerError(
        connection,
        isGatewayError(error) ? error : errors.internalError({}, { cause: error }),
      );
  }
}

/** Undefined where it was answered already. */
async function answerRoute(
  deps: RelayDeps,
  route: RelayRoute,
  connection: ClientConnection,
): Promise<unknown> {
  const { request, door } = connection;
  const method = request.method ?? '';
  const path = pathOf(request.url ?? '');
  if (route.kind === 'unknown') throw errors.unknownUrl({ method, path });
  if (route.kind === 'wrong-method')
    throw errors.methodNotAllowed({ method, path, allowed: route.allowed });
  if (route.kind === 'greeting' || (method === 'HEAD' && route.kind === 'list-models'))
    return { name: 'Turnpike' };
  const caller = await authenticate(deps, request, door);
  const snapshot = deps.config.current();
  if (snapshot === undefined) throw errors.notReady({ retryAfterMs: 1000 });
  switch (route.kind) {
    case 'retrieve-model':
      return retrieveModel(snapshot, caller, door, route.model);
    case 'list-models':
      return listModels(snapshot, caller, door, new URLSearchParams(searchOf(request.url ?? '')));
    case 'stored-response': {
      const query = new URLSearchParams(searchOf(request.url ?? ''));
      const { userId } = caller.token;
      if (route.action === 'retrieve' && query.get('stream') === 'true')
        return followStored(deps, connection, userId, route.id, query);
      return answerStoredResponse(deps, snapshot, userId, route, query);
    }
    case 'stored-interaction':
      return answerStoredInteraction(deps, snapshot, caller.token.userId, route, connection);
    case 'not-implemented':
    case 'account-resource':
    case 'proxied':
    case 'operation':
      throw errors.notImplemented({ route: `${method} ${path}` });
  }
}

/** Three vendors have their models at the same path: whose client asks is told by its headers. */
function modelsDoorOf({ headers, url }: IncomingMessage): Door {
  const isGoogle =
    headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined;
  if (isGoogle || new URLSearchParams(searchOf(url ?? '')).has('key')) return 'gemini';
  const isAnthropic =
    headers['anthropic-version'] !== undefined || headers['x-api-key'] !== undefined;
  return isAnthropic ? 'anthropic' : 'openai';
}
