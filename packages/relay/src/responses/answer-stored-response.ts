import { createItemId } from '@turnpike/adaptors';
import { cancelStored, currentResponse, forgetRun } from '../background/stored-run.ts';
import { errors, type ResponseStore, type StoredResponse } from '@turnpike/core';
import type { StoredResponseRoute } from '../http/stored-response-routes.ts';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { deleteUpstream } from '../upstream/delete-upstream.ts';
import { gatherHistory, readInput, type ResponseItem } from './gather-history.ts';

/**
 * Answers what is asked of an answer that was given before. Each user knows their own only.
 *
 * @throws `response_not_found`, `not_ready`, `invalid_request` with `param`, `not_implemented` where nothing is kept here
 */
export async function answerStoredResponse(
  deps: StoredResponseDeps,
  snapshot: RelaySnapshot,
  userId: number,
  { id, action }: StoredResponseRoute,
  query: URLSearchParams,
): Promise<unknown> {
  const stored = await findStored(deps, userId, id);
  switch (action) {
    case 'retrieve':
      return currentResponse(deps, stored);
    case 'list-input':
      return listInput(deps.responseStore, stored, query);
    case 'delete': {
      await forgetRun(deps, stored);
      const channel = stored.isKeptUpstream ? snapshot.channel(stored.channelId) : undefined;
      if (channel !== undefined)
        await deleteUpstream(deps.pools, channel, { operation: 'responses', id });
      await deps.responseStore.remove(userId, id);
      return { id, object: 'response.deleted', deleted: true };
    }
    case 'cancel':
      return cancelStored(deps, stored);
  }
}

type StoredResponseDeps = Pick<RelayDeps, 'responseStore' | 'pools' | 'backgroundRuns' | 'clock'>;

/** @throws `response_not_found`, `not_ready`, `not_implemented` where nothing is kept here */
export async function findStored(
  { responseStore: store }: Pick<RelayDeps, 'responseStore'>,
  userId: number,
  id: string,
): Promise<StoredResponse> {
  if (!store.isOpen) throw errors.notImplemented({ route: 'Stored responses' });
  const stored = await store.find(userId, id);
  if (stored === undefined) throw errors.responseNotFound({ id });
  return stored;
}

async function listInput(
  store: ResponseStore,
  stored: StoredResponse,
  query: URLSearchParams,
): Promise<unknown> {
  const previous =
    stored.previousId === undefined
      ? undefined
      : await store.find(stored.userId, stored.previousId);
  const before = previous === undefined ? [] : await gatherHistory(store, previous);
  const items = [...before, ...readInput(stored)].map((item, index) => withId(item, stored, index));
  if (readOrder(query) === 'desc') items.reverse();
  const start = readStart(query, items);
  const data = items.slice(start, start + readLimit(query));
  return {
    object: 'list',
    data,
    first_id: data[0]?.['id'] ?? null,
    last_id: data.at(-1)?.['id'] ?? null,
    has_more: start + data.length < items.length,
  };
}

/** Clients page by ids, and most input has none. */
function withId(item: ResponseItem, { id }: StoredResponse, index: number): ResponseItem {
  if (typeof item['id'] === 'string') return item;
  return { id: createItemId(`${id}/input`, 'msg', index), ...item };
}

function readOrder(query: URLSearchParams): string {
  const order = query.get('order') ?? 'desc';
  if (order === 'asc' || order === 'desc') return order;
  throw errors.invalidRequest({
    param: 'order',
    reason: "'order' must be asc or desc.",
    reasonZh: "'order' 必须是 asc 或 desc。",
  });
}

function readStart(query: URLSearchParams, items: readonly ResponseItem[]): number {
  const after = query.get('after');
  if (after === null) return 0;
  const found = items.findIndex(({ id }) => id === after);
  if (found >= 0) return found + 1;
  throw errors.itemNotFound({ id: after, param: 'after' });
}

function readLimit(query: URLSearchParams): number {
  const limit = Number(query.get('limit') ?? 20);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw errors.invalidRequest({
    param: 'limit',
    reason: "'limit' must be a whole number between 1 and 100.",
    reasonZh: "'limit' 必须是 1 到 100 之间的整数。",
  });
}
