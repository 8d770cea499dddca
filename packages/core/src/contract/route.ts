import type { z } from 'zod';

/** The lowest role that may call; `api-token`: whoever has a client's key (`sk-…`). */
export type RouteRole = 'guest' | 'common' | 'admin' | 'root' | 'api-token';

export type RouteMethod = 'get' | 'post' | 'put' | 'delete';

/** What a route answers; without any of these, the envelope alone. */
interface RouteAnswer {
  /** `data` of the envelope. */
  data?: z.ZodType;
  /** One element of a list: `data` is a bare array of them, and headers tell what lies beyond. */
  rows?: z.ZodType;
  /** The whole JSON answer, where a client expects more or less than the envelope. */
  answer?: z.ZodType;
  /** Media type of an answer that is not JSON; the handler writes it itself. */
  media?: string;
}

/** One thing that the management API can do, as the router, the validation and the OpenAPI document all read it. */
export interface RouteDeclaration extends RouteAnswer {
  method: RouteMethod;
  /** One API's exact spelling, with `:name` for parameters; the other spelling of a trailing slash works too. */
  path: string;
  role: RouteRole;
  /** One sentence in the imperative. */
  summary: string;
  /** Counts together with all others of this name: see the limits in the reference. */
  limiter?: 'critical';
  /** Refused, where the option `TurnstileCheckEnabled` is on, until the browser passed the human check once. */
  needsHuman?: boolean;
  /** A GET that changes something: refused when it comes from another site, and offered as POST too. */
  alsoPost?: boolean;
  /** An edit that may be bound to the version of a balance by the header `If-Match`. */
  takesIfMatch?: boolean;
  /** Status of a body that cannot be read, where clients expect another one than 200. */
  badBodyStatus?: 400;
  /** Query of a GET or DELETE, or beside a body. Each member reads text. */
  query?: z.ZodObject;
  params?: z.ZodObject;
  body?: z.ZodType;
}

export interface Route extends RouteDeclaration {
  /** `operationId`: resource and action, such as `channelList`. Never renamed: clients are generated from it. */
  id: string;
  /** The resource. */
  tag: string;
}

/** Names the routes of one resource. The ids come from the names of the members. */
export function defineRoutes<const Routes extends Readonly<Record<string, RouteDeclaration>>>(
  tag: string,
  routes: Routes,
): { [Name in keyof Routes]: Routes[Name] & { id: string; tag: string } } {
  const named = Object.entries(routes).map(([name, route]) => [
    name,
    { ...route, id: `${tag}${name.charAt(0).toUpperCase()}${name.slice(1)}`, tag },
  ]);
  return Object.fromEntries(named) as {
    [Name in keyof Routes]: Routes[Name] & { id: string; tag: string };
  };
}
