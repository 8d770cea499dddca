import { errors } from '@turnpike/core';
import type { ClientConnection } from '../http/client-connection.ts';
import type { RelayDeps } from '../relay-deps.ts';
import { findStored } from '../responses/answer-stored-response.ts';
import { followResponse } from './follow-response.ts';
import { currentResponse } from './stored-run.ts';

/**
 * Streams a stored response again, from the event behind `starting_after` on.
 *
 * @throws `response_not_found`, `not_ready`, `invalid_request`: only responses that were made in the background, with
 *   `stream`, have events
 */
export async function followStored(
  deps: RelayDeps,
  connection: ClientConnection,
  userId: number,
  id: string,
  query: URLSearchParams,
): Promise<void> {
  const stored = await findStored(deps, userId, id);
  const from = readStart(query);
  const name = { userId, id };
  const run = deps.backgroundRuns.find(name);
  const isStream = run?.isStream ?? (await deps.backgroundRuns.records.find(name))?.isStream;
  if (isStream !== true)
    throw errors.invalidRequest({
      param: 'stream',
      reason: `The response '${id}' cannot be streamed. Only responses that were created with both 'background' and 'stream' can.`,
      reasonZh: `响应 '${id}' 无法流式返回。只有创建时同时指定 'background' 和 'stream' 的响应才可以。`,
    });
  await followResponse(deps, connection, name, from, () => currentResponse(deps, stored));
}

/** The number of the first event that is wanted. */
function readStart(query: URLSearchParams): number {
  const after = query.get('starting_after');
  if (after === null) return 0;
  if (/^\d{1,9}$/.test(after)) return Number(after) + 1;
  throw errors.invalidRequest({
    param: 'starting_after',
    reason: "'starting_after' must be the sequence number of an event.",
    reasonZh: "'starting_after' 必须是事件的序号。",
  });
}
