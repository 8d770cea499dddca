import { beforeAll, describe, expect, it } from '@jest/globals';
import { managementRoutes } from '@turnpike/core/contract';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeAll(async () => {
  test = await openMaster();
});

interface Layer {
  route?: { path: string; stack: { method: string }[] };
}

/** What Express will answer, from its own table. */
function listMounted(): string[] {
  const { stack } = test.master.router.router as unknown as { stack: Layer[] };
  return stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : [...new Set(route.stack.map(({ method }) => `${method} ${route.path}`))],
  );
}

describe('the routes', () => {
  it('that are mounted are the ones that are declared', () => {
    const declared = managementRoutes.flatMap(({ method, path, alsoPost }) =>
      alsoPost ? [`${method} ${path}`, `post ${path}`] : [`${method} ${path}`],
    );

    expect(listMounted().sort()).toEqual(declared.sort());
  });

  it('are described to everyone', async () => {
    const { status, body } = await test.anonymous.get('/api/openapi.json');

    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: 'v1.2.3' } });
    expect(body.paths['/api/channel/test/{id}']).toMatchObject({ get: {}, post: {} });
  });
});

describe('the page of the API', () => {
  it('has every route and every code, and loads nothing from elsewhere', async () => {
    const { text, headers } = await test.anonymous.get('/api/docs');

    expect(headers['content-type']).toContain('text/html');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    for (const { id } of managementRoutes) expect(text).toContain(`id="${id}"`);
    expect(text).toContain('id="role_too_low"');
    expect(text).not.toMatch(/<script|<link|<img|https?:\/\//);
  });
});

describe('Accept: application/problem+json', () => {
  const problem = 'application/problem+json';

  it('gives refusals their proper status and the form of RFC 9457', async () => {
    const { status, headers, text } = await test
      .as('alice')
      .get('/api/user/')
      .set('accept', `${problem}, application/json;q=0.5`);

    expect([status, headers['content-type']]).toEqual([403, `${problem}; charset=utf-8`]);
    expect(JSON.parse(text)).toEqual({
      type: '/api/docs#role_too_low',
      title: 'Role too low',
      status: 403,
      detail: expect.stringContaining('role'),
      instance: `urn:request:${headers['x-request-id']}`,
      code: 'role_too_low',
    });
  });

  it('names the input that is wrong', async () => {
    const { status, text } = await test
      .as('alice')
      .post('/api/token/')
      .set('accept', problem)
      .send({ remain_quota: 'x' });

    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'invalid_parameter', param: 'remain_quota' });
  });

  it.each(['*/*', 'application/json', `${problem};q=0`])(
    'is not what %s asks for',
    async (accept) => {
      const { status, body } = await test.as('alice').get('/api/user/').set('accept', accept);

      expect([status, body.success, body.code]).toEqual([200, false, 'role_too_low']);
    },
  );
});
