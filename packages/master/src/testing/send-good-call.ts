import type { Route } from '@turnpike/core/contract';
import request from 'supertest';
import type { TestMaster } from './open-master.ts';
import { goodCalls } from './route-calls.ts';

export interface CallChange {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  params?: Readonly<Record<string, string | number>>;
  /** Members beside those of the good call. */
  body?: object;
}

/** The good call of a route, changed in some way. */
export function sendGoodCall({ master }: TestMaster, route: Route, change: CallChange = {}) {
  const { params = {}, query = '', body } = goodCalls[route.id] ?? {};
  const values = { ...params, ...change.params };
  const path = route.path.replace(/:(\w+)/g, (_match, name: string) => String(values[name]));
  const call = request(master.router)[(change.method ?? route.method) as 'get'](`${path}?${query}`);
  for (const [name, value] of Object.entries(change.headers ?? {})) void call.set(name, value);
  const sent = body ?? change.body;
  return sent === undefined ? call : call.send({ ...body, ...change.body });
}

/** Headers of somebody with an access token. */
export function authorizationOf(
  { users }: TestMaster,
  username: string,
): { authorization: string } {
  const user = [...users.rows.values()].find((row) => row.username === username);
  if (user === undefined) throw new Error(`there is no user ${username}`);
  return { authorization: user.accessToken };
}
