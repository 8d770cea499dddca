import { afterEach, describe, expect, it } from '@jest/globals';
import { managementRoutes, type Route } from '@turnpike/core/contract';
import request from 'supertest';
import { z } from 'zod';
import type { TestMaster } from '../testing/open-master.ts';
import { openFilledMaster } from '../testing/open-filled-master.ts';
import { authorizationOf, sendGoodCall } from '../testing/send-good-call.ts';
import { goodCalls } from '../testing/route-calls.ts';

const callers = ['guest', 'common', 'admin', 'root'] as const;
type CallerRole = (typeof callers)[number];
const names = { common: 'alice', admin: 'admin', root: 'root' };

let test: TestMaster;
afterEach(() => test.master.stop());

function send(route: Route, role: CallerRole | 'api-token', method: string = route.method) {
  const headers =
    role === 'guest'
      ? {}
      : role === 'api-token'
        ? { authorization: 'Bearer sk-keyOfAlice' }
        : authorizationOf(test, names[role]);
  return sendGoodCall(test, route, { method, headers });
}

/** What the declaration promises of the answer: nothing missing, nothing beside it. */
function expectDeclared(route: Route, answer: { body: unknown }): void {
  const { data, rows, answer: whole } = route;
  const content = rows === undefined ? data : z.array(rows);
  const schema =
    whole ??
    z.object({
      success: z.literal(true),
      message: z.literal(''),
      ...(content !== undefined && { data: content }),
    });
  expect(schema.parse(answer.body)).toEqual(answer.body);
}

describe('every route', () => {
  it('has a good call here, and there is no call of a route that is gone', async () => {
    test = await openFilledMaster();
    expect(Object.keys(goodCalls).sort()).toEqual(managementRoutes.map(({ id }) => id).sort());
  });

  it('is described in the OpenAPI document', async () => {
    test = await openFilledMaster();
    const { body } = await request(test.master.router).get('/api/openapi.json');
    const paths = body.paths as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId.replace(/ByPost$/, '')),
    );
    expect([...new Set(ids)].sort()).toEqual(Object.keys(goodCalls).sort());
  });
});

describe.each(managementRoutes.map((route) => [route.id, route] as const))('%s', (id, route) => {
  const lowest = route.role === 'api-token' ? 'api-token' : route.role;
  const methods = route.alsoPost ? [route.method, 'post'] : [route.method];

  it.each(methods)(
    'answers the lowest role that may call it as it declares (%s)',
    async (method) => {
      test = await openFilledMaster();
      const answer = await send(route, lowest, method);

      expect(answer.status).toBe(200);
      if (route.media === undefined) expectDeclared(route, answer);
      else expect(answer.headers['content-type']).toContain(route.media);
      expect(test.audit.length > 0).toBe(goodCalls[id]?.isAudited ?? false);
    },
  );

  if (route.role === 'api-token')
    it('is for keys of clients only', async () => {
      test = await openFilledMaster();
      for (const role of callers) expect((await send(route, role)).status).toBe(401);
    });
  else
    it.each(callers)('lets in or refuses: %s', async (role) => {
      test = await openFilledMaster();
      const { status, body } = await send(route, role);
      const isAllowed = callers.indexOf(role) >= callers.indexOf(route.role as CallerRole);

      if (isAllowed) {
        expect(status).not.toBe(401);
        expect(body.code).not.toBe('role_too_low');
      } else {
        const refusal = role === 'guest' ? [401, 'not_logged_in'] : [200, 'role_too_low'];
        expect([status, body.code, body.success]).toEqual([...refusal, false]);
        expect(test.audit).toEqual([]);
      }
    });
});
