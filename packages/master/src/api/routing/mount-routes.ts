import type { Page, TokenRecord } from '@turnpike/core';
import type { Route } from '@turnpike/core/contract';
import type { IRouter, Request, RequestHandler } from 'express';
import type { Caller } from '../../services/caller.ts';
import { callerOf } from '../caller-of.ts';
import { sendData } from '../envelope.ts';
import { requireRole } from '../middleware/require-role.ts';
import { parseBody, parseInput, readIfMatch } from '../parse-input.ts';
import type { BoundRoute, RouteCall } from './bind-route.ts';

export interface RouteGuards {
  /** By the name of the limit. */
  limiters: Readonly<Record<NonNullable<Route['limiter']>, RequestHandler>>;
  /** For a GET that changes something. */
  refuseCrossSite: RequestHandler;
  /** For routes that machines would abuse. */
  refuseMachines: RequestHandler;
  /** For routes that are called with a client's key. */
  requireApiToken: RequestHandler;
}

/**
 * Registers every route: limit, role, origin, human check, then the handler with what was checked. Fixed segments of a path win over
 * parameters, in whatever order the routes come. @throws where two handlers claim one route
 */
export function mountRoutes(
  router: IRouter,
  routes: readonly BoundRoute[],
  guards: RouteGuards,
): void {
  refuseTwins(routes);
  for (const bound of routes.toSorted(bySpecificity)) {
    const { method, path, alsoPost } = bound.route;
    router[method](path, ...listGuards(bound.route, guards, alsoPost === true), answer(bound));
    if (alsoPost) router.post(path, ...listGuards(bound.route, guards, false), answer(bound));
  }
}

function listGuards(route: Route, guards: RouteGuards, isCrossSite: boolean): RequestHandler[] {
  return [
    ...(route.limiter === undefined ? [] : [guards.limiters[route.limiter]]),
    ...requireCaller(route, guards),
    ...(isCrossSite ? [guards.refuseCrossSite] : []),
    ...(route.needsHuman === true ? [guards.refuseMachines] : []),
  ];
}

function requireCaller({ role }: Route, guards: RouteGuards): RequestHandler[] {
  if (role === 'guest') return [];
  return role === 'api-token' ? [guards.requireApiToken] : [requireRole(role)];
}

function answer({ route, handle }: BoundRoute): RequestHandler {
  return async (request, response) => {
    if (route.badBodyStatus !== undefined) response.status(route.badBodyStatus);
    const input = readInput(route, request);
    response.status(200);
    const result = await handle({ ...input, request, response });
    if (route.media !== undefined) return; // written already
    if (route.answer !== undefined) response.json(result);
    else if (route.rows === undefined)
      sendData(response, route.data === undefined ? undefined : result);
    else {
      const page = toPage(result);
      setPageHeaders(response, page);
      sendData(response, page.rows);
    }
  };
}

function readInput(route: Route, request: Request): Omit<RouteCall, 'request' | 'response'> {
  const parts = {
    params: route.params && parseInput(route.params, request.params),
    query: route.query && parseInput(route.query, request.query),
    body: route.body && parseBody(route.body, request),
    caller: readCaller(route, request),
    ifVersion: route.takesIfMatch ? readIfMatch(request.get('if-match')) : undefined,
  };
  return parts as Omit<RouteCall, 'request' | 'response'>;
}

function readCaller({ role }: Route, request: Request): Caller | TokenRecord | undefined {
  if (role === 'guest') return undefined;
  return role === 'api-token' ? request.apiToken : callerOf(request);
}

function toPage(result: unknown): Page<unknown> {
  return Array.isArray(result) ? { rows: result } : (result as Page<unknown>);
}

function setPageHeaders(
  response: { set(name: string, value: string): unknown },
  { total, nextCursor }: Page<unknown>,
): void {
  if (total !== undefined) {
    response.set('X-Total-Count', String(total.count));
    if (total.isCapped) response.set('X-Total-Capped', 'true');
  }
  if (nextCursor !== undefined) response.set('X-Next-Cursor', nextCursor);
}

function bySpecificity(a: BoundRoute, b: BoundRoute): number {
  return toSortKey(a.route.path) < toSortKey(b.route.path) ? -1 : 1;
}

/** Fixed segments sort before parameters. */
function toSortKey(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.startsWith(':') ? '1' : `0${segment}`))
    .join('/');
}

function refuseTwins(routes: readonly BoundRoute[]): void {
  const known = new Set<string>();
  for (const { route } of routes)
    for (const method of route.alsoPost ? [route.method, 'post'] : [route.method]) {
      const key = `${method} ${route.path.replace(/:\w+/g, ':').replace(/\/$/, '')}`;
      if (known.has(key)) throw new Error(`two handlers for ${key} (${route.id})`);
      known.add(key);
    }
}
