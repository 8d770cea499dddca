import type { Page, TokenRecord } from '@turnpike/core';
import type { Route, RouteRole } from '@turnpike/core/contract';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import type { Caller } from '../../services/caller.ts';

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Part<Declared extends Route, Name extends keyof Route> =
  Declared extends Record<Name, infer Schema> ? Parsed<Schema> : undefined;

type CallerOf<Role extends RouteRole> = Role extends 'guest'
  ? undefined
  : Role extends 'api-token'
    ? TokenRecord
    : Caller;

/** What a handler gets: everything checked, and the request for what is not declared. */
export interface RouteCall<Declared extends Route = Route> {
  params: Part<Declared, 'params'>;
  query: Part<Declared, 'query'>;
  body: Part<Declared, 'body'>;
  /** Who calls; undefined where nobody needs to be logged in, the key where one is called with. */
  caller: CallerOf<Declared['role']>;
  /** From `If-Match`, where the route takes it. */
  ifVersion: number | undefined;
  request: Request;
  response: Response;
}

/** What a handler gives: `data`, rows, the whole answer, or nothing, as the route declares. */
export type RouteAnswer<Declared extends Route> = Declared extends { rows: infer Row }
  ? readonly Parsed<Row>[] | Page<Parsed<Row>>
  : Declared extends { data: infer Data }
    ? Parsed<Data>
    : Declared extends { answer: infer Answer }
      ? Parsed<Answer>
      : unknown; // nobody looks at it

export type RouteHandler<Declared extends Route> = (
  call: RouteCall<Declared>,
) => RouteAnswer<Declared> | Promise<RouteAnswer<Declared>>;

/** A declared route and what it does. */
export interface BoundRoute {
  route: Route;
  handle: (call: RouteCall) => unknown;
}

/** Joins a declaration with its handler; the types of both must agree. */
export function bindRoute<Declared extends Route>(
  route: Declared,
  handle: RouteHandler<Declared>,
): BoundRoute {
  // What `mountRoute` hands over was parsed by the schemas of this very route.
  return { route, handle };
}
