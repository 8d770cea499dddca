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
    const cookie = String((await logIn('alice')).headers['set-cookie']);

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
    ['another user', (cookie: string) => cookie.replace(/=\w{8}/, '=WzEsMSwx')],
    ['a cut signature', (cookie: string) => cookie.slice(0, -4)],
    ['no signature', (cookie: string) => cookie.replace(/\..*/, '')],
    ['a changed signature', (cookie: string) => cookie.replace(/\.\w{4}/, '.AAAA')],
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

  it('has the role and the status of the moment', async () => {
    const cookie = await cookieOf('admin');
    const users = () => test.anonymous.get('/api/user/').set('cookie', cookie);
    expect((await users()).body.success).toBe(true);

    Object.assign(test.users.rows.get(2)!, { role: 1 });
    expect((await users()).body.code).toBe('role_too_low');
    Object.assign(test.users.rows.get(2)!, { role: 10, status: userStatuses.disabled });
    const { status, body } = await users();
    expect([status, body.code]).toEqual([200, 'account_disabled']);
    Object.assign(test.users.rows.get(2)!, { status: userStatuses.deleted });
    expect((await users()).status).toBe(401);
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
