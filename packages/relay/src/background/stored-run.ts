import { errors, type Clock, type ResponseStore, type StoredResponse } from '@turnpike/core';
import type { BackgroundRuns } from './background-runs.ts';
import { parseObject, type ResponseObject } from './response-events.ts';
import type { RunName, RunWish } from './run-records.ts';

export interface StoredRunDeps {
  responseStore: ResponseStore;
  backgroundRuns: BackgroundRuns;
  clock: Clock;
}

/** How long another node has to end what it makes, and how often is looked whether it did. */
const END_WAIT_MS = 5000;
const LOOK_MS = 200;

/** A stored response as it is now: one whose node is gone has failed, whatever the store says. */
export async function currentResponse(
  deps: StoredRunDeps,
  stored: StoredResponse,
): Promise<ResponseObject> {
  const response = parseObject(stored.response) ?? {};
  if (!isUnfinished(response)) return response;
  const name = nameOf(stored);
  const run = deps.backgroundRuns.find(name);
  if (run !== undefined) return run.response;
  const record = await deps.backgroundRuns.records.find(name);
  if (record?.isOver === true) {
    // It ended between the two looks.
    const again = await deps.responseStore.find(stored.userId, stored.id);
    return (again && parseObject(again.response)) ?? response;
  }
  return record !== undefined && record.aliveUntil >= deps.clock.now()
    ? response
    : { ...response, status: 'failed', error: lost };
}

const lost = {
  code: 'server_error',
  message: 'The node that was making this response stopped before it was complete.',
};

/** A response that somebody still makes, or made until it stopped. */
function isUnfinished({ status }: ResponseObject): boolean {
  return status === 'in_progress' || status === 'queued';
}

/**
 * Ends a response that is being made; one that is over stays as it is.
 *
 * @returns the response as it is then
 * @throws `invalid_request` for one that was not made in the background
 */
export async function cancelStored(
  deps: StoredRunDeps,
  stored: StoredResponse,
): Promise<ResponseObject> {
  const response = await currentResponse(deps, stored);
  if (response['background'] !== true)
    throw errors.invalidRequest({
      param: 'response_id',
      reason: `The response '${stored.id}' is complete. Only responses that are made in the background can be cancelled.`,
      reasonZh: `响应 '${stored.id}' 已完成。只有后台生成的响应可以取消。`,
    });
  if (!isUnfinished(response)) return response;
  await endStored(deps, stored, 'cancel');
  const after = await deps.responseStore.find(stored.userId, stored.id);
  return after === undefined ? response : currentResponse(deps, after);
}

/** Ends what is being made, here or on another node, before it is deleted. */
export async function forgetRun(deps: StoredRunDeps, stored: StoredResponse): Promise<void> {
  const response = parseObject(stored.response) ?? {};
  if (response['background'] !== true) return;
  if (isUnfinished(await currentResponse(deps, stored))) await endStored(deps, stored, 'delete');
  await deps.backgroundRuns.records.remove(nameOf(stored));
}

async function endStored(
  deps: StoredRunDeps,
  stored: StoredResponse,
  wish: RunWish,
): Promise<void> {
  const name = nameOf(stored);
  if (deps.backgroundRuns.find(name) !== undefined) {
    await deps.backgroundRuns.end(name, wish);
    return;
  }
  const { records } = deps.backgroundRuns;
  await records.putWish(name, wish);
  for (let waited = 0; waited < END_WAIT_MS; waited += LOOK_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const record = await records.find(name);
    const isAtIt = record?.isOver === false && record.aliveUntil >= deps.clock.now();
    if (!isAtIt) return;
  }
}

function nameOf({ userId, id }: StoredResponse): RunName {
  return { userId, id };
}
