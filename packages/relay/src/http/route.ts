import type { Operation } from '@turnpike/core';
import type { Door } from './door.ts';
import type { StoredInteractionRoute, StoredResponseRoute } from './stored-response-routes.ts';

/** A path whose requests are relayed. */
export interface OperationRoute {
  kind: 'operation';
  door: Door;
  operation: Operation;
  path: string;
  body: 'json' | 'multipart';
  /** The model, where the path names it. */
  pathModel?: string;
  /** Whether the answer is a stream, where the path says it. */
  isStream?: boolean;
}

/** What a path under the relay's doors means. */
export type RelayRoute =
  | OperationRoute
  /** About something that one upstream account keeps. `path` in its `/v1/…` form. */
  | { kind: 'account-resource'; door: Door; path: string }
  | StoredResponseRoute
  | StoredInteractionRoute
  /** To the upstream of one channel, as it is. `path` with whatever the client wrote behind the channel. */
  | { kind: 'proxied'; door: Door; channel: string; path: string }
  | { kind: 'list-models'; door: Door | undefined }
  | { kind: 'retrieve-model'; door: Door | undefined; model: string }
  | { kind: 'not-implemented'; door: Door }
  | { kind: 'wrong-method'; door: Door; allowed: string }
  /** Somebody looks whether anybody is here. */
  | { kind: 'greeting'; door: Door }
  | { kind: 'unknown'; door: Door };
