import type { Operation } from '@turnpike/core';
import { accountRows, notImplementedRows } from './account-routes.ts';
import type { Door } from './door.ts';
import { matchGemini } from './gemini-routes.ts';
import { matchStoredResponse, storedResponsePath } from './stored-response-routes.ts';
import type { OperationRoute, RelayRoute } from './route.ts';

interface OperationRow {
  path: string;
  operation: Operation;
  body: 'json' | 'multipart';
  door?: Door;
}

/** The routes that are relayed. A row here is all that a new JSON operation of this door needs. */
const operationRows: readonly OperationRow[] = [
  { path: '/v1/chat/completions', operation: 'chat', body: 'json' },
  { path: '/v1/completions', operation: 'completions', body: 'json' },
  { path: '/v1/edits', operation: 'edits', body: 'json' },
  { path: '/v1/embeddings', operation: 'embeddings', body: 'json' },
  { path: '/v1/moderations', operation: 'moderations', body: 'json' },
  { path: '/v1/responses', operation: 'responses', body: 'json' },
  { path: '/v1/responses/input_tokens', operation: 'count-response-tokens', body: 'json' },
  { path: '/v1/responses/compact', operation: 'compact-response', body: 'json' },
  { path: '/v1/messages', operation: 'messages', body: 'json', door: 'anthropic' },
  {
    path: '/v1/messages/count_tokens',
    operation: 'count-message-tokens',
    body: 'json',
    door: 'anthropic',
  },
  { path: '/v1/images/generations', operation: 'image-generation', body: 'json' },
  { path: '/v1/images/edits', operation: 'image-edit', body: 'multipart' },
  { path: '/v1/images/variations', operation: 'image-variation', body: 'multipart' },
  { path: '/v1/audio/speech', operation: 'speech', body: 'json' },
  { path: '/v1/audio/transcriptions', operation: 'transcription', body: 'multipart' },
  { path: '/v1/audio/translations', operation: 'translation', body: 'multipart' },
];

const byPath = new Map<string, OperationRoute>();
for (const { path, operation, body, door = 'openai' } of operationRows)
  byPath.set(path, { kind: 'operation', door, operation, path, body });

/** Clients whose base URL has no `/v1`, or the prefix of another vendor's gateway. */
const aliasPaths = new Map<string, string>();
for (const { path, door } of operationRows) {
  aliasPaths.set(path.slice('/v1'.length), path);
  if (door === undefined) {
    aliasPaths.set(`/openai${path}`, path);
    // Where Google has its own copy of this door.
    aliasPaths.set(`/v1beta/openai${path.slice('/v1'.length)}`, path);
  }
}

/** Whether a request belongs to the relay: decided on the raw URL, before anything is parsed. */
export function isRelayUrl(url: string): boolean {
  if (url.startsWith('/v1/') || url === '/v1' || url.startsWith('/v1?'))
    return !url.startsWith('/v1/dashboard/');
  if (url.startsWith('//')) return isRelayUrl(url.replace(/^\/+/, '/'));
  if (vendorPrefix.test(url)) return true;
  const path = normalisePath(pathOf(url));
  return aliasPaths.has(path) || storedResponsePath(path) !== undefined;
}

const vendorPrefix = /^\/(?:v1beta|v1alpha|gemini\/v1(?:beta|alpha)?|anthropic\/v1)(?:[/?]|$)/;

const proxiedPath = /^\/v1\/oneapi\/proxy\/([^/]+)(?:\/|$)/;

/** Finds the route. Double and trailing slashes are tolerated; the query is ignored. */
export function matchRoute(method: string, url: string): RelayRoute {
  const exact = byPath.get(url);
  if (exact !== undefined && method === 'POST') return exact;
  const raw = pathOf(url);
  // Before all others, and untouched: its end may look like any of them, and belongs to somebody else.
  const proxied = proxiedPath.exec(raw);
  if (proxied !== null)
    return { kind: 'proxied', door: 'openai', channel: proxied[1] ?? '', path: raw };
  const path = normalisePath(raw);
  if (path.startsWith('/gemini/')) return matchUnderGemini(method, path.slice('/gemini'.length));
  if (path.startsWith('/anthropic/'))
    return asAnthropic(matchCanonical(method, path.slice('/anthropic'.length)));
  return matchCanonical(method, aliasPaths.get(path) ?? storedResponsePath(path) ?? path);
}

function matchUnderGemini(method: string, path: string): RelayRoute {
  // Behind the prefix `/v1` is Gemini's as well.
  return (
    matchGemini(method, path) ??
    matchGemini(method, path.replace(/^\/v1(?=\/)/, '/v1beta')) ?? {
      kind: 'unknown',
      door: 'gemini',
    }
  );
}

function asAnthropic(route: RelayRoute): RelayRoute {
  return { ...route, door: 'anthropic' };
}

function matchCanonical(method: string, path: string): RelayRoute {
  const operation = byPath.get(path);
  const isRead = method === 'GET' || method === 'HEAD';
  if (operation !== undefined) {
    if (method === 'POST') return operation;
    const { door } = operation;
    return method === 'HEAD'
      ? { kind: 'greeting', door }
      : { kind: 'wrong-method', door, allowed: 'POST' };
  }
  if (path === '/v1/models' || path === '/v1/engines') {
    return isRead
      ? { kind: 'list-models', door: undefined }
      : { kind: 'wrong-method', door: 'openai', allowed: 'GET' };
  }
  const gemini = matchGemini(method, path);
  if (gemini !== undefined) return gemini;
  if (path === '/v1') return greetOrUnknown(method, 'openai');
  const model = afterPrefix(path, '/v1/models/');
  if (model !== undefined) return matchModel(method, model, isRead);
  return (
    matchEngine(method, path, isRead) ??
    matchStoredResponse(method, path) ??
    matchRest(method, path)
  );
}

function greetOrUnknown(method: string, door: Door): RelayRoute {
  return method === 'HEAD' ? { kind: 'greeting', door } : { kind: 'unknown', door };
}

/** The oldest paths of OpenAI's: models were engines once. */
function matchEngine(method: string, path: string, isRead: boolean): RelayRoute | undefined {
  const engine = /^\/v1\/engines\/(.+?)(\/embeddings|\/completions)?$/.exec(path);
  const [, name, task] = engine ?? [];
  if (name === undefined) return undefined;
  if (task === undefined) return matchModel(method, name, isRead);
  if (method !== 'POST') return { kind: 'wrong-method', door: 'openai', allowed: 'POST' };
  return {
    kind: 'operation',
    door: 'openai',
    operation: task === '/embeddings' ? 'embeddings' : 'completions',
    path: `/v1${task}`,
    body: 'json',
    pathModel: decode(name),
  };
}

function matchRest(method: string, path: string): RelayRoute {
  const account = accountRows.find((candidate) => candidate.path.test(path));
  const row = account ?? notImplementedRows.find((candidate) => candidate.path.test(path));
  const door = row?.door ?? doorOf(path);
  if (row === undefined) return { kind: 'unknown', door };
  if (!row.methods.includes(method))
    return { kind: 'wrong-method', door, allowed: row.methods.join(', ') };
  return account === undefined
    ? { kind: 'not-implemented', door }
    : { kind: 'account-resource', door, path };
}

/** Whose client asks for a path that is not there. */
function doorOf(path: string): Door {
  if (path.startsWith('/v1/messages')) return 'anthropic';
  return /^\/v1(?:beta|alpha)(?:\/|$)/.test(path) ? 'gemini' : 'openai';
}

function matchModel(method: string, model: string, isRead: boolean): RelayRoute {
  if (isRead) return { kind: 'retrieve-model', door: undefined, model: decode(model) };
  return method === 'DELETE'
    ? { kind: 'not-implemented', door: 'openai' }
    : { kind: 'wrong-method', door: 'openai', allowed: 'GET, DELETE' };
}

/** The path of a request URL, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** The query with its `?`, or empty. */
export function searchOf(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? '' : url.slice(query);
}

function normalisePath(path: string): string {
  const single = path.includes('//') ? path.replace(/\/{2,}/g, '/') : path;
  return single.length > 1 && single.endsWith('/') ? single.slice(0, -1) : single;
}

function afterPrefix(path: string, prefix: string): string | undefined {
  return path.startsWith(prefix) && path.length > prefix.length
    ? path.slice(prefix.length)
    : undefined;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign is part of the name then
  }
}
