import { dialectOf } from '@turnpike/adaptors';
import { channelStatuses, errors, type StoredResponse } from '@turnpike/core';
import type { ClientConnection } from '../http/client-connection.ts';
import { searchOf } from '../http/relay-routes.ts';
import type { StoredInteractionRoute } from '../http/stored-response-routes.ts';
import { findAddress } from '../pipeline/find-address.ts';
import { passAnswer } from '../proxied/pass-answer.ts';
import type { RelayDeps } from '../relay-deps.ts';
import type { RelayChannel } from '../snapshot/relay-channel.ts';
import type { RelaySnapshot } from '../snapshot/relay-snapshot.ts';
import { askRaw, type RawAnswer } from '../upstream/ask-raw.ts';
import { deleteUpstream } from '../upstream/delete-upstream.ts';
import { recordId } from './interaction-history.ts';

/**
 * Answers what is asked of an interaction that took place before. The account that made it keeps it; here it is known
 * whose it is, and which account that was. Each user knows their own only.
 *
 * @returns undefined where Google's answer was passed on
 * @throws `response_not_found`, `not_ready`, `invalid_request` for an end of what is over, `not_implemented` where nothing
 *   is kept here, `channel_disabled`; what the upstream does wrong
 */
export async function answerStoredInteraction(
  deps: RelayDeps,
  snapshot: RelaySnapshot,
  userId: number,
  { id: encodedId, action }: StoredInteractionRoute,
  connection: ClientConnection,
): Promise<unknown> {
  const id = decode(encodedId);
  const stored = await findRecord(deps, userId, id);
  if (action === 'cancel') throw isOver(id);
  const channel = findChannel(snapshot, stored, id);
  if (action === 'retrieve') return retrieve(deps, channel, id, connection);
  await deleteUpstream(deps.pools, channel, { operation: 'interaction', id });
  await deps.responseStore.remove(userId, stored.id);
  return {};
}

async function findRecord(
  { responseStore: store }: Pick<RelayDeps, 'responseStore'>,
  userId: number,
  id: string,
): Promise<StoredResponse> {
  if (!store.isOpen) throw errors.notImplemented({ route: 'Stored interactions' });
  const stored = await store.find(userId, recordId(id));
  if (stored === undefined) throw errors.responseNotFound({ id });
  return stored;
}

/** Where the account is not here any more, nobody can be asked. */
function findChannel(
  snapshot: RelaySnapshot,
  { channelId }: StoredResponse,
  id: string,
): RelayChannel {
  const channel = snapshot.channel(channelId);
  if (channel === undefined) throw errors.responseNotFound({ id });
  if (channel.status === channelStatuses.enabled) return channel;
  throw errors.channelDisabled({ channel: String(channelId) });
}

/** Only those in the background could be ended, and these are not made here. */
function isOver(id: string): Error {
  return errors.invalidRequest({
    param: 'id',
    reason: `The interaction '${id}' is complete. Only interactions in the background can be cancelled.`,
    reasonZh: `交互 '${id}' 已完成。只有后台进行的交互可以取消。`,
  });
}

async function retrieve(
  deps: RelayDeps,
  channel: RelayChannel,
  id: string,
  connection: ClientConnection,
): Promise<undefined> {
  const abort = new AbortController();
  connection.onGone = () => {
    abort.abort();
  };
  const answer = await ask(deps, channel, id, connection, abort.signal);
  if (answer.status !== 200) {
    await discard(answer);
    throw failureOf(answer.status, id);
  }
  const type = answer.headers['content-type'] ?? 'application/json; charset=utf-8';
  const passed = { ...answer, status: 200 };
  const end = await passAnswer(passed, ['content-type', type], connection);
  if (end.state === 'upstream-failed') connection.destroy();
  else connection.end(end.last);
  return undefined;
}

function ask(
  deps: RelayDeps,
  channel: RelayChannel,
  id: string,
  { request }: ClientConnection,
  signal: AbortSignal,
): Promise<RawAnswer> {
  const { provider, config } = channel;
  const address = findAddress(channel, { operation: 'interaction', model: '' });
  if (provider === undefined || address === undefined) throw errors.responseNotFound({ id });
  const url = new URL(`${address}/${encodeURIComponent(id)}`);
  const wish = new URLSearchParams(searchOf(request.url ?? ''));
  // The client's own key, where its address has it.
  wish.delete('key');
  const headers = [
    ...channel.upstreamHeaders(dialectOf(provider, { operation: 'interaction', config })),
  ];
  const revision = request.headers['api-revision'];
  if (typeof revision === 'string') headers.push('api-revision', revision);
  const isStream = wish.get('stream') === 'true' || wish.get('alt') === 'sse';
  const raw = {
    origin: url.origin,
    path: `${url.pathname}${wish.size === 0 ? '' : `?${wish.toString()}`}`,
    method: 'GET',
    headers,
    body: null,
    signal,
  };
  return askRaw(
    deps.pools.poolFor(url.origin),
    raw,
    isStream ? deps.timeouts.stream : deps.timeouts.whole,
  );
}

async function discard({ body }: RawAnswer): Promise<void> {
  // What is in it is nobody's business; it is read so that the connection can be used again.
  for await (const _ of body);
}

/** The account's own trouble is never the client's. */
function failureOf(status: number, id: string): Error {
  switch (status) {
    case 404:
      return errors.responseNotFound({ id });
    case 401:
    case 402:
    case 403:
      return errors.upstreamCredentials();
    default:
      return errors.upstreamFailed({
        reason: `The upstream did not return the interaction (status ${String(status)}).`,
      });
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is part of the id then
  }
}
