import { beforeEach, describe, expect, it } from '@jest/globals';
import { userStatuses } from '@turnpike/core';
import { userSchema } from '@turnpike/core/contract';
import { openMaster, PASSWORD, type TestMaster } from '../testing/open-master.ts';

let test: TestMaster;
beforeEach(async () => {
  test = await openMaster();
});

const logIn = (username: string, password = PASSWORD) =>
  test.anonymous.post('/api/user/login').send({ username, password });

async function cookieOf(username: string, password = PASSWORD): Promise<string> {
  const { headers } = await logIn(username, password);
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

const selfWith = (cookie: string) => test.anonymous.get('/api/user/self').set('cookie', cookie);

describe('login by password', () => {
  it('answers who logged in, and nothing else about them', async () => {
    const { status, body } = await logIn('alice');

    expect(status).toBe(200);
    expect(userSchema.parse(body.data)).toMatchObject({
      id: 3,
      username: 'alice',
      role: 1,
      status: 1,
      quota: 0,
      group: '',
      must_change_password: false,
    });
  });

  it('sets a cookie that scripts cannot read and other sites cannot send', async () => {
    const [cookie] = (await logIn('alice')).headers['set-cookie'] as unknown as string[];

    expect(cookie).toMatch(
      /^session=[\w.-]+; Max-Age=2592000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
    );
  });

  it('marks the cookie secure behind TLS, as the trusted proxy tells', async () => {
    test = await openMaster({ trustedProxies: ['loopback'] });
    const { headers } = await logIn('alice').set('x-forwarded-proto', 'https');

    expect(String(headers['set-cookie'])).toContain('; Secure');
  });

  it('finds a user by address too', async () => {
    Object.assign(test.users.rows.get(3)!, { email: 'alice@example.com' });

    expect((await logIn('alice@example.com')).body.data.username).toBe('alice');
  });

  it('reads the hashes that One API wrote', async () => {
    const user = test.users.rows.get(3)!;
    user.passwordHash = user.passwordHash.replace('$2b$', '$2a$');

    expect((await logIn('alice')).body.success).toBe(true);
  });

  it('answers an unknown name, a wrong password and a disabled account alike', async () => {
    await test.addUser('bob');
    Object.assign(test.users.rows.get(4)!, { status: userStatuses.disabled });
    const answers = [await logIn('nobody'), await logIn('alice', 'wrong'), await logIn('bob')];

    for (const { status, body } of answers)
      expect([status, body.success, body.code]).toEqual([200, false, 'login_refused']);
    expect(new Set(answers.map(({ body }) => body.message)).size).toBe(1);
  });

  it('says that the first password of root must be changed, until it is', async () => {
    expect((await logIn('root', '123456')).body.data.must_change_password).toBe(true);
    expect((await test.as('root').get('/api/user/self')).body.data.must_change_password).toBe(true);
    await test.as('root').put('/api/user/self').send({ password: 'a better one' });

    expect((await logIn('root', 'a better one')).body.data.must_change_password).toBe(false);
    expect((await test.as('root').get('/api/user/self')).body.data.must_change_password).toBe(
      false,
    );
  });

  it('can be switched off', async () => {
    test.stored['PasswordLoginEnabled'] = 'false';

    expect((await logIn('alice')).body.code).toBe('password_login_disabled');
  });

  it('lets an address try twenty times in twenty minutes', async () => {
    for (let attempt = 0; attempt < 20; attempt += 1) await logIn('', '');
    expect((await logIn('alice')).status).toBe(429);
    test.clock.advance(20 * 60_000 + 1);

    expect((await logIn('alice')).body.success).toBe(true);
  });

  it('is not done by another site in the name of a visitor', async () => {
    expect((await logIn('alice').set('origin', 'https://evil.example')).status).toBe(403);
  });
});

describe('a session', () => {
  it('lets its owner in', async () => {
    expect((await selfWith(await cookieOf('alice'))).body.data.username).toBe('alice');
  });

  it('wins over an access token', async () => {
    const cookie = await cookieOf('alice');
    const call = test.as('admin').get('/api/user/self').set('cookie', cookie);

    expect((await call).body.data.username).toBe('alice');
  });

  it.each([
    [
      'another id',
      (cookie: string) => cookie.replace(/=./, (first) => (first === '=A' ? '=B' : '=A')),
    ],
    ['a cut signature', (cookie: string) => cookie.slice(0, -4)],
    ['no signature', (cookie: string) => cookie.replace(/\..*/, '')],
    [
      'a changed signature',
      (cookie: string) => cookie.replace(/\../, (first) => (first === '.A' ? '.B' : '.A')),
    ],
    ['something else', () => 'session=eyJpZCI6MX0.abc'],
  ])('that was tampered with (%s) counts as none', async (_what, change) => {
    const cookie = change(await cookieOf('alice'));

    expect((await selfWith(cookie)).status).toBe(401);
    const withToken = test.as('admin').get('/api/user/self').set('cookie', cookie);
    expect((await withToken).body.data.username).toBe('admin');
  });

  it('of another secret counts as none', async () => {
    const cookie = await cookieOf('alice');
    test = await openMaster({ sessionSecret: 'another secret' });

    expect((await selfWith(cookie)).status).toBe(401);
  });

  it('ends after thirty days', async () => {
    const cookie = await cookieOf('alice');
    test.clock.advance(30 * 86_400_000 - 1000);
    expect((await selfWith(cookie)).status).toBe(200);
    test.clock.advance(2000);

    expect((await selfWith(cookie)).status).toBe(401);
  });

  it('ends with the password, but goes on where the password was changed', async () => {
    const [here, elsewhere] = [await cookieOf('alice'), await cookieOf('alice')];
    const change = test.anonymous.put('/api/user/self').set('cookie', here);
    const { headers } = await change.send({ password: 'a new password' });
    const renewed = String(headers['set-cookie']).split(';', 1)[0] ?? '';

    expect((await selfWith(elsewhere)).status).toBe(401);
    expect((await selfWith(renewed)).body.success).toBe(true);
  });

  it.each(['demote', 'delete'])('ends when an administrator is %sd', async (action) => {
    const cookie = await cookieOf('admin');
    expect((await selfWith(cookie)).status).toBe(200);
    await test.as('root').post('/api/user/manage').send({ username: 'admin', action });

    expect((await selfWith(cookie)).status).toBe(401);
  });

  it('ends when the account is disabled, says so, and does not come back with it', async () => {
    const cookie = await cookieOf('alice');
    const manage = (action: string) =>
      test.as('root').post('/api/user/manage').send({ username: 'alice', action });

    await manage('disable');
    const { status, body } = await selfWith(cookie);
    expect([status, body.code]).toEqual([200, 'account_disabled']);
    await manage('enable');
    expect((await selfWith(cookie)).status).toBe(401);
  });

  it('ends where another program changed the role or the status in the database', async () => {
    const cookie = await cookieOf('admin');
    Object.assign(test.users.rows.get(2)!, { role: 1 });
    expect((await selfWith(cookie)).status).toBe(401);
    Object.assign(test.users.rows.get(2)!, { role: 10, status: userStatuses.deleted });
    expect((await selfWith(cookie)).status).toBe(401);
  });

  it('dies on the server when its owner logs out, and no other one does', async () => {
    const [here, elsewhere] = [await cookieOf('alice'), await cookieOf('alice')];
    await test.anonymous.post('/api/user/logout').set('cookie', here);

    expect((await selfWith(here)).status).toBe(401);
    expect((await selfWith(elsewhere)).status).toBe(200);
  });

  it('ends together with all others of its owner, on demand', async () => {
    const [here, elsewhere, other] = [
      await cookieOf('alice'),
      await cookieOf('alice'),
      await cookieOf('admin'),
    ];
    await test.anonymous.delete('/api/user/self/sessions').set('cookie', here);

    const statuses = await Promise.all([here, elsewhere, other].map(selfWith));
    expect(statuses.map(({ status }) => status)).toEqual([401, 401, 200]);
  });

  it('is a new one after login: what was planted before opens nothing', async () => {
    const visit = await test.anonymous.get('/api/oauth/state');
    const planted = String(visit.headers['set-cookie']).split(';', 1)[0] ?? '';
    const { headers } = await logIn('alice').set('cookie', planted);
    const own = String(headers['set-cookie']).split(';', 1)[0] ?? '';

    expect(own).not.toBe(planted);
    expect((await selfWith(planted)).status).toBe(401);
    expect((await selfWith(own)).status).toBe(200);

    await logIn('alice').set('cookie', own);
    expect((await selfWith(own)).status).toBe(401);
  });

  it('is in the database only as a hash', async () => {
    const cookie = await cookieOf('alice');
    const id = /=([\w-]+)\./.exec(cookie)?.[1] ?? '';

    expect(id).toHaveLength(32);
    expect(JSON.stringify([...test.sessions.rows.values()])).not.toContain(id);
  });

  it('is cleared by logout, which works without one', async () => {
    for (const call of [
      test.anonymous.get('/api/user/logout'),
      test.anonymous.post('/api/user/logout'),
    ]) {
      const { body, headers } = await call;
      expect(body).toEqual({ success: true, message: '' });
      expect(String(headers['set-cookie'])).toMatch(/^session=; Path=\/; Expires=Thu, 01 Jan 1970/);
    }
  });
});

describe('another site', () => {
  const change = async (headers: Record<string, string>) => {
    const cookie = await cookieOf('alice');
    const call = test.anonymous
      .put('/api/user/self')
      .set({ cookie, host: 'gate.example', ...headers });
    return (await call.send({ display_name: 'changed' })).status;
  };

  it.each([
    [{ origin: 'https://evil.example' }],
    [{ origin: 'null' }],
    [{ 'sec-fetch-site': 'cross-site' }],
    [{ 'sec-fetch-site': 'same-site', origin: 'https://other.gate.example' }],
  ])('cannot change anything with the cookie of a visitor: %j', async (headers) => {
    expect(await change(headers)).toBe(403);
    expect(test.users.rows.get(3)?.displayName).toBe('alice');
  });

  it.each([
    [{}],
    [{ origin: 'https://gate.example' }],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://gate.example' }],
    [{ 'sec-fetch-site': 'none' }],
  ])('is not seen in %j', async (headers) => {
    expect(await change(headers)).toBe(200);
  });

  it('is not the address that the administrator gave', async () => {
    test.stored['ServerAddress'] = 'https://public.example';

    expect(await change({ origin: 'https://public.example' })).toBe(200);
  });

  it.each(['/api/user/token', '/api/user/logout'])(
    'cannot make a visitor follow a link to %s',
    async (path) => {
      const call = test.anonymous.get(path).set('cookie', await cookieOf('alice'));

      expect((await call.set('sec-fetch-site', 'cross-site')).status).toBe(403);
    },
  );

  it('has no access token, so calls with one are let in', async () => {
    const call = test.as('alice').put('/api/user/self').set('origin', 'https://tool.example');

    expect((await call.send({ display_name: 'changed' })).body.success).toBe(true);
  });
});

describe('an access token', () => {
  const tokenOf = (id: number) => test.users.rows.get(id)?.accessToken ?? '';
  const selfAs = (authorization: string) =>
    test.anonymous.get('/api/user/self').set('authorization', authorization);

  it('is taken bare or as bearer', async () => {
    expect((await selfAs(tokenOf(3))).body.data.username).toBe('alice');
    expect((await selfAs(`Bearer ${tokenOf(3)}`)).body.data.username).toBe('alice');
  });

  it('that is unknown is refused', async () => {
    const { status, body } = await selfAs('0'.repeat(32));

    expect([status, body.code]).toEqual([200, 'invalid_access_token']);
  });

  it('of a disabled account is refused, of a deleted one unknown', async () => {
    Object.assign(test.users.rows.get(3)!, { status: userStatuses.disabled });
    expect((await selfAs(tokenOf(3))).body.code).toBe('account_disabled');
    Object.assign(test.users.rows.get(3)!, { status: userStatuses.deleted });
    expect((await selfAs(tokenOf(3))).body.code).toBe('invalid_access_token');
  });
});

describe('guessing passwords', () => {
  const wrong = (login: string, from: string) =>
    logIn(login, 'wrong password').set('x-forwarded-for', from);
  const codeOf = async (call: ReturnType<typeof wrong>) => (await call).body.code;

  beforeEach(async () => {
    // No limit for each address: it would come first.
    test = await openMaster({ trustedProxies: ['loopback'], globalApiRateLimit: 0 });
  });

  it.each(['alice', 'nobody'])(
    'is slowed down for %s, whether there is one or not',
    async (name) => {
      for (let guess = 0; guess < 10; guess += 1)
        expect(await codeOf(wrong(name, '203.0.113.7'))).toBe('login_refused');

      const { status, headers, body } = await wrong(name, '203.0.113.7');
      expect([status, body.code]).toEqual([429, 'too_many_attempts']);
      expect(Number(headers['retry-after'])).toBeLessThanOrEqual(900);
      expect(await codeOf(wrong(name, '198.51.100.1'))).toBe('login_refused');
      expect(await codeOf(wrong('admin', '203.0.113.7'))).toBe('login_refused');
    },
  );

  it('is not made easier by the case of the name, or by a right password in between for another', async () => {
    for (const name of ['alice', 'ALICE', ' alice'])
      for (let guess = 0; guess < 3; guess += 1) await wrong(name, '203.0.113.7');
    await logIn('admin').set('x-forwarded-for', '203.0.113.7');
    await wrong('Alice', '203.0.113.7');

    expect(await codeOf(wrong('alice', '203.0.113.7'))).toBe('too_many_attempts');
  });

  it('from many addresses is slowed down too, and the owner still comes in', async () => {
    const login = await logIn('alice').set('x-forwarded-for', '192.0.2.1');
    const cookies = login.headers['set-cookie'] as unknown as string[];
    const device = cookies.find((cookie) => cookie.startsWith('device='))?.split(';', 1)[0] ?? '';
    for (let guess = 0; guess < 50; guess += 1) await wrong('alice', `198.51.100.${String(guess)}`);

    expect(await codeOf(wrong('alice', '203.0.113.9'))).toBe('too_many_attempts');
    expect((await logIn('alice').set('cookie', device)).body.success).toBe(true);
    const forged = `${device.slice(0, -3)}AAA`;
    expect((await logIn('alice').set('cookie', forged)).status).toBe(429);
    expect((await logIn('admin').set('cookie', device)).body.success).toBe(true);
  });

  it('with a stolen device cookie is slowed down as well', async () => {
    const { headers } = await logIn('alice');
    const device = /device=[^;]+/.exec(String(headers['set-cookie']))?.[0] ?? '';
    for (let guess = 0; guess < 10; guess += 1)
      await wrong('alice', '203.0.113.7').set('cookie', device);

    const call = wrong('alice', '203.0.113.8').set('cookie', device);
    expect(await codeOf(call)).toBe('too_many_attempts');
  });

  it('is forgotten after a login', async () => {
    for (let guess = 0; guess < 9; guess += 1) await wrong('alice', '203.0.113.7');
    await logIn('alice').set('x-forwarded-for', '203.0.113.7');

    expect(await codeOf(wrong('alice', '203.0.113.7'))).toBe('login_refused');
  });
});
