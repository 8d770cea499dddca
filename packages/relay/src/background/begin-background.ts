import { createQueuedResponse, createResponseId } from '@turnpike/adaptors';
import type { ClientConnection } from '../http/client-connection.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { readInputItems } from '../responses/gather-history.ts';
import type { BackgroundRequest } from './background-request.ts';
import type { BackgroundRun } from './background-run.ts';
import { followResponse } from './follow-response.ts';

/**
 * Answers the client that its response will be made, or lets it watch, and gives back who gets the upstream's answer.
 *
 * @throws `not_ready` where that could not be stored
 */
export async function beginBackground(
  deps: RelayDeps,
  connection: ClientConnection,
  { token: { userId } }: Caller,
  { history }: InboundRequest,
  { inbound, isStream }: BackgroundRequest,
): Promise<BackgroundRun> {
  if (inbound.body.kind !== 'json') throw new Error('a background request is JSON');
  const { probe } = inbound.body;
  const { requestId, request, startedAt } = connection;
  const body = JSON.parse(probe.body.toString('utf8')) as Record<string, unknown>;
  const previousId = history?.previousId;
  const queued = createQueuedResponse(body, {
    id: createResponseId(requestId),
    createdAt: Math.floor(startedAt / 1000),
    model: inbound.facts.model,
    previousId,
  });
  const name = { userId, id: createResponseId(requestId) };
  const run = await deps.backgroundRuns.begin({
    name,
    requestId,
    request,
    startedAt,
    queued,
    isStream,
    input: history?.input ?? JSON.stringify(readInputItems(probe)),
    previousId,
  });
  if (isStream) void follow(deps, connection, run);
  else {
    const headers = ['content-type', 'application/json; charset=utf-8'];
    connection.sendBody(200, headers, Buffer.from(JSON.stringify(queued)));
  }
  return run;
}

async function follow(
  deps: RelayDeps,
  connection: ClientConnection,
  run: BackgroundRun,
): Promise<void> {
  try {
    await followResponse(deps, connection, run.name, 0, () => Promise.resolve(run.response));
  } catch (error) {
    deps.logger.warn({ err: error, requestId: run.requestId }, 'a follower was lost');
    connection.destroy();
  }
}
