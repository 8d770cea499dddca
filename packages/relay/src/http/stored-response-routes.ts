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

/** Where clients whose base URL has no `/v1` ask. */
const alias = /^(?:\/openai\/v1)?(?=\/responses\/.)/;

/** The path in its `/v1/…` form; undefined for every other one. */
export function storedResponsePath(path: string): string | undefined {
  return alias.test(path) ? path.replace(alias, '/v1') : undefined;
}

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

/** A question about an interaction with one of Google's models that took place before. */
export interface StoredInteractionRoute {
  kind: 'stored-interaction';
  door: Door;
  id: string;
  action: 'retrieve' | 'delete' | 'cancel';
}

const interactionPath = /^\/v1(?:beta|alpha)?\/interactions\/([^/]+?)([:/]cancel)?$/;

/** @param path without `/gemini` in front */
export function matchStoredInteraction(
  method: string,
  path: string,
): StoredInteractionRoute | { kind: 'wrong-method'; door: Door; allowed: string } | undefined {
  const [, id, cancels] = interactionPath.exec(path) ?? [];
  if (id === undefined) return undefined;
  const door = 'gemini';
  const kind = 'stored-interaction';
  if (cancels !== undefined)
    return method === 'POST'
      ? { kind, door, id, action: 'cancel' }
      : { kind: 'wrong-method', door, allowed: 'POST' };
  if (method === 'GET') return { kind, door, id, action: 'retrieve' };
  if (method === 'DELETE') return { kind, door, id, action: 'delete' };
  return { kind: 'wrong-method', door, allowed: 'GET, DELETE' };
}
