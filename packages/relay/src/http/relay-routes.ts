import type { Operation } from '@turnpike/core';

/** What a path under the relay's door means. */
export type RelayRoute =
  | {
      kind: 'operation';
      operation: Operation;
      path: string;
      body: 'json' | 'multipart';
      pathModel?: string;
    }
  | { kind: 'list-models' }
  | { kind: 'retrieve-model'; model: string }
  | { kind: 'not-implemented' }
  | { kind: 'wrong-method'; allowed: string }
  | { kind: 'unknown' };

interface OperationRow {
  path: string;
  operation: Operation;
  body: 'json' | 'multipart';
}

/** The routes that are relayed. A row here is all that a new JSON operation of this door needs. */
const operationRows: readonly OperationRow[] = [
  { path: '/v1/chat/completions', operation: 'chat', body: 'json' },
  { path: '/v1/completions', operation: 'completions', body: 'json' },
  { path: '/v1/edits', operation: 'edits', body: 'json' },
  { path: '/v1/embeddings', operation: 'embeddings', body: 'json' },
  { path: '/v1/moderations', operation: 'moderations', body: 'json' },
  { path: '/v1/responses', operation: 'responses', body: 'json' },
  { path: '/v1/images/generations', operation: 'image-generation', body: 'json' },
  { path: '/v1/images/edits', operation: 'image-edit', body: 'multipart' },
  { path: '/v1/images/variations', operation: 'image-variation', body: 'multipart' },
  { path: '/v1/audio/speech', operation: 'speech', body: 'json' },
  { path: '/v1/audio/transcriptions', operation: 'transcription', body: 'multipart' },
  { path: '/v1/audio/translations', operation: 'translation', body: 'multipart' },
];

/** Routes of the vendor that are not relayed: answered 501, and never retried by SDKs. */
const notImplemented: readonly { path: RegExp; methods: readonly string[] }[] = [
  { path: /^\/v1\/files$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/files\/[^/]+$/, methods: ['GET', 'DELETE'] },
  { path: /^\/v1\/files\/[^/]+\/content$/, methods: ['GET'] },
  { path: /^\/v1\/fine_tuning\/jobs$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+$/, methods: ['GET'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+\/cancel$/, methods: ['POST'] },
  { path: /^\/v1\/fine_tuning\/jobs\/[^/]+\/events$/, methods: ['GET'] },
  { path: /^\/v1\/fine-tunes(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/batches(\/.*)?$/, methods: ['GET', 'POST'] },
  { path: /^\/v1\/uploads(\/.*)?$/, methods: ['POST'] },
  { path: /^\/v1\/vector_stores(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/assistants(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/threads(\/.*)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/chat\/completions\/[^/]+(\/messages)?$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/responses\/.+$/, methods: ['GET', 'POST', 'DELETE'] },
  { path: /^\/v1\/realtime(\/.*)?$/, methods: ['GET', 'POST'] },
];

const byPath = new Map<string, RelayRoute & { kind: 'operation' }>();
for (const { path, operation, body } of operationRows)
  byPath.set(path, { kind: 'operation', operation, path, body });

/** Clients whose base URL has no `/v1`, or the prefix of another vendor's gateway. */
const aliasPaths = new Map<string, string>();
for (const { path } of operationRows) {
  aliasPaths.set(path.slice('/v1'.length), path);
  aliasPaths.set(`/openai${path}`, path);
}

/** Whether a request belongs to the relay: decided on the raw URL, before anything is parsed. */
export function isRelayUrl(url: string): boolean {
  if (url.startsWith('/v1/') || url === '/v1' || url.startsWith('/v1?'))
    return !url.startsWith('/v1/dashboard/');
  if (url.startsWith('//')) return isRelayUrl(url.replace(/^\/+/, '/'));
  return aliasPaths.has(normalisePath(pathOf(url)));
}

/** Finds the route. Double and trailing slashes are tolerated; the query is ignored. */
export function matchRoute(method: string, url: string): RelayRoute {
  const exact = byPath.get(url);
  if (exact !== undefined && method === 'POST') return exact;
  const path = normalisePath(pathOf(url));
  const canonical = aliasPaths.get(path) ?? path;
  return matchCanonical(method, canonical);
}

function matchCanonical(method: string, path: string): RelayRoute {
  const operation = byPath.get(path);
  if (operation !== undefined)
    return method === 'POST' ? operation : { kind: 'wrong-method', allowed: 'POST' };

  const isRead = method === 'GET' || method === 'HEAD';
  if (path === '/v1/models')
    return isRead ? { kind: 'list-models' } : { kind: 'wrong-method', allowed: 'GET' };
  const model = afterPrefix(path, '/v1/models/');
  if (model !== undefined) return matchModel(method, model, isRead);
  const engine = /^\/v1\/engines\/(.+)\/embeddings$/.exec(path)?.[1];
  if (engine !== undefined) {
    if (method !== 'POST') return { kind: 'wrong-method', allowed: 'POST' };
    return {
      kind: 'operation',
      operation: 'embeddings',
      path: '/v1/embeddings',
      body: 'json',
      pathModel: decode(engine),
    };
  }
  const row = notImplemented.find((candidate) => candidate.path.test(path));
  if (row === undefined) return { kind: 'unknown' };
  return row.methods.includes(method)
    ? { kind: 'not-implemented' }
    : { kind: 'wrong-method', allowed: row.methods.join(', ') };
}

function matchModel(method: string, model: string, isRead: boolean): RelayRoute {
  if (isRead) return { kind: 'retrieve-model', model: decode(model) };
  return method === 'DELETE'
    ? { kind: 'not-implemented' }
    : { kind: 'wrong-method', allowed: 'GET, DELETE' };
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
