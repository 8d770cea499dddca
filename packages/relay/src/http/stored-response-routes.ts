import type { Door } from './door.ts';

/** A question about an answer of the Responses API that was given before. */
export interface StoredResponseRoute {
  kind: 'stored-response';
  door: Door;
  id: string;
  action: 'retrieve' | 'delete' | 'cancel' | 'list-input';
}

const actions: Readonly<Record<string, StoredResponseRoute['action']>> = {
  'GET ': 'retrieve',
  'DELETE ': 'delete',
  'POST /cancel': 'cancel',
  'GET /input_items': 'list-input',
};

/** Names under the same path that are no ids. */
const reserved: ReadonlySet<string> = new Set(['compact', 'input_tokens']);

/** Undefined for every other path. */
export function matchStoredResponse(
  method: string,
  path: string,
): StoredResponseRoute | { kind: 'wrong-method'; door: Door; allowed: string } | undefined {
  const [, id, rest = ''] = /^\/v1\/responses\/([^/]+)(\/cancel|\/input_items)?$/.exec(path) ?? [];
  if (id === undefined || reserved.has(id)) return undefined;
  const action = actions[`${method} ${rest}`];
  if (action !== undefined) return { kind: 'stored-response', door: 'openai', id, action };
  const allowed = rest === '' ? 'GET, DELETE' : rest === '/cancel' ? 'POST' : 'GET';
  return { kind: 'wrong-method', door: 'openai', allowed };
}
