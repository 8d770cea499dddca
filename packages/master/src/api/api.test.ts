import { beforeEach, describe, expect, it } from '@jest/globals';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

describe('who may call what', () => {
  const routes = [
    ['get', '/api/user/self', 'common'],
    ['get', '/api/user/dashboard', 'common'],
    ['get', '/api/user/available_models', 'common'],
    ['get', '/api/models', 'common'],
    ['get', '/api/token/', 'common'],
    ['get', '/api/log/self', 'common'],
    ['get', '/api/log/self/stat', 'common'],
    ['get', '/api/log/self/export', 'common'],
    ['get', '/api/data/self', 'common'],
    ['get', '/api/user/', 'admin'],
    ['get', '/api/user/search?keyword=a', 'admin'],
    ['put', '/api/user/', 'admin'],
    ['post', '/api/user/manage', 'admin'],
    ['post', '/api/topup', 'admin'],
    ['get', '/api/channel/', 'admin'],
    ['post', '/api/channel/', 'admin'],
    ['get', '/api/channel/test', 'admin'],
    ['get', '/api/channel/test/progress', 'admin'],
    ['delete', '/api/channel/disabled', 'admin'],
    ['get', '/api/log/', 'admin'],
    ['get', '/api/log/stat', 'admin'],
    ['get', '/api/log/export', 'admin'],
    ['get', '/api/data/', 'admin'],
    ['delete', '/api/log/', 'admin'],
    ['get', '/api/group/', 'admin'],
    ['get', '/api/option/', 'root'],
    ['put', '/api/option/', 'root'],
  ] as const;
  const callers = ['alice', 'admin', 'root'];
  const lowest = { common: 0, admin: 1, root: 2 };

  it.each(routes)('%s %s needs the role %s', async (method, path, role) => {
    const nobody = await test.anonymous[method](path);
    expect([nobody.status, nobody.body.success, nobody.body.code]).toEqual([
      401,
      false,
      'not_logged_in',
    ]);
    for (const [index, caller] of callers.entries()) {
      const { status, body } = await test.as(caller)[method](path);
      if (index >= lowest[role]) expect(body.code).not.toBe('role_too_low');
      else expect([status, body.code]).toEqual([200, 'role_too_low']);
    }
  });
});

describe('the envelope', () => {
  it('answers an unknown path with 404 that nobody may keep', async () => {
    const { status, body, headers } = await test.anonymous.get('/api/nowhere/at/all?x=1');

    expect(status).toBe(404);
    expect(body).toEqual({
      error: {
        message: 'Invalid URL (GET /api/nowhere/at/all)',
        type: 'invalid_request_error',
        param: '',
        code: '',
      },
    });
    expect(headers['cache-control']).toBe('no-store');
  });

  it('takes both spellings of trailing slashes without a redirect', async () => {
    for (const path of ['/api/token', '/api/token/', '/api/log/self/', '/api/user/self/'])
      expect((await test.as('alice').get(path)).body).toMatchObject({ success: true, message: '' });
  });

  it('gives every answer one request id under three names', async () => {
    const { headers } = await test.anonymous.get('/api/status');

    expect(headers['x-request-id']).toBeTruthy();
    expect(headers['request-id']).toBe(headers['x-request-id']);
    expect(headers['x-oneapi-request-id']).toBe(headers['x-request-id']);
  });

  it('speaks Chinese to those who ask for it', async () => {
    const call = test.anonymous.get('/api/user/self').set('accept-language', 'ZH-cn,en');

    expect((await call).body.message).toContain('未登录');
  });

  it('reads a body as JSON whatever its content type says', async () => {
    const call = test.as('alice').post('/api/token/').set('content-type', 'text/plain');

    expect((await call.send('{"name":"plain"}')).body).toMatchObject({ success: true });
  });

  it('names the field that is wrong and says what it should be', async () => {
    const { status, body } = await test.as('alice').post('/api/token/').send({ remain_quota: 'x' });

    expect(status).toBe(200);
    expect(body).toEqual({
      success: false,
      message: "Invalid parameter: 'remain_quota' must be a number.",
      code: 'invalid_parameter',
      param: 'remain_quota',
    });
  });

  it('refuses a body that is not JSON, but tells strangers only that they are strangers', async () => {
    const send = (call: ReturnType<typeof test.anonymous.post>) =>
      call.set('content-type', 'application/json').send('{"name":');

    expect((await send(test.as('alice').post('/api/token/'))).body.code).toBe('undecodable_body');
    expect((await send(test.anonymous.post('/api/token/'))).body.code).toBe('not_logged_in');
  });

  it('refuses a body that is too large', async () => {
    const body = JSON.stringify({ name: 'x'.repeat(5_000_000) });

    expect((await test.as('alice').post('/api/token/').send(body)).status).toBe(413);
  });

  it('asks clients to try again where the database is away', async () => {
    const isAway = Object.assign(new Error('SELECT secret - disk is full'), { code: 'AWAY' });
    test.users.page = () => Promise.reject(isAway);
    const { status, body, headers } = await test.as('admin').get('/api/user/');

    expect(status).toBe(503);
    expect(headers['retry-after']).toBe('1');
    expect(body).toMatchObject({ success: false, code: 'not_ready' });
    expect(body.message).not.toContain('secret');
  });

  it('hides what went wrong inside, but gives an id to report', async () => {
    test.users.page = () => Promise.reject(new Error('SELECT secret FROM users'));
    const { status, body, headers } = await test.as('admin').get('/api/user/');

    expect(status).toBe(500);
    expect(body).toMatchObject({ success: false, code: 'internal_error' });
    expect(body.message).toContain(headers['x-request-id']);
    expect(JSON.stringify(body)).not.toContain('SELECT');
  });

  it('refuses a path that is not well-formed', async () => {
    const { body } = await test.as('alice').get('/api/token/%ff');

    expect(body).toMatchObject({ success: false, code: 'invalid_parameter' });
  });

  it('answers HEAD on the status only, because a GET may change something', async () => {
    const { router } = test.master;
    const { default: request } = await import('supertest');
    const before = test.users.rows.get(3)?.accessToken ?? '';

    expect((await request(router).head('/api/status')).status).toBe(200);
    const head = request(router).head('/api/user/token').set('authorization', before);
    expect((await head).status).toBe(404);
    expect(test.users.rows.get(3)?.accessToken).toBe(before);
  });
});

describe('the limit for each address', () => {
  it('refuses with 429 and says when to come back', async () => {
    test = await openMaster({ globalApiRateLimit: 2 });
    await test.anonymous.get('/api/status');
    await test.anonymous.get('/api/status');
    const { status, body, headers } = await test.anonymous.get('/api/status');

    expect([status, body.code, headers['retry-after']]).toEqual([429, 'too_many_requests', '180']);
    test.clock.advance(181_000);
    expect((await test.anonymous.get('/api/status')).status).toBe(200);
  });

  it('counts by the forwarded address only behind a trusted proxy', async () => {
    const statuses = async (): Promise<number[]> => {
      const calls = ['10.0.0.1', '10.0.0.2'].map((address) =>
        test.anonymous.get('/api/status').set('x-forwarded-for', address),
      );
      return (await Promise.all(calls)).map(({ status }) => status).sort();
    };
    test = await openMaster({ globalApiRateLimit: 1 });
    expect(await statuses()).toEqual([200, 429]);
    test = await openMaster({ globalApiRateLimit: 1, trustedProxies: ['loopback'] });
    expect(await statuses()).toEqual([200, 200]);
  });
});
