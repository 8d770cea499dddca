import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import request from 'supertest';
import {
  startFakeProviders,
  turnstileSecret,
  type FakeProviders,
} from '../testing/fake-providers.ts';
import { openMaster, type TestMaster } from '../testing/open-master.ts';

let fakes: FakeProviders;
let test: TestMaster;
beforeAll(async () => {
  fakes = await startFakeProviders();
});
afterAll(() => fakes.close());
beforeEach(async () => {
  test = await openMaster({ globalApiRateLimit: 0 }, { signInEndpoints: fakes.endpoints });
  Object.assign(test.stored, { SMTPServer: 'mail.example', SMTPFrom: 'gate@example.com' });
  fakes.broken.clear();
});

const bob = { username: 'bob', password: 'bobs password' };
const register = (input: object) => test.anonymous.post('/api/user/register').send(input);

describe('registration by password', () => {
  it('makes an ordinary account without a session', async () => {
    const { body, headers } = await register({
      ...bob,
      ...{ role: 100, quota: 5, status: 2, email: 'bob@example.com', display_name: 'The Boss' },
    });
    expect(body).toEqual({ success: true, message: '' });
    expect(headers['set-cookie']).toBeUndefined();
    expect(test.users.rows.get(4)).toMatchObject({
      ...{ username: 'bob', displayName: 'bob', role: 1, status: 1, quota: 0, email: '' },
    });
    expect(test.audit.at(-1)).toMatchObject({ action: 'account.register', userId: 4 });
    expect(JSON.stringify(test.audit)).not.toContain(bob.password);
  });

  it.each(['RegisterEnabled', 'PasswordRegisterEnabled'])(
    'can be switched off by %s',
    async (key) => {
      test.stored[key] = 'false';
      expect((await register(bob)).body.code).toBe('registration_disabled');
      expect(test.users.rows.size).toBe(3);
    },
  );

  it.each([
    [{ username: '' }, 'username'],
    [{ username: 'thirteen chars' }, 'username'],
    [{ password: 'short' }, 'password'],
    [{ password: 'x'.repeat(21) }, 'password'],
    [{ email: 5 }, 'email'],
  ])('refuses %j and names the field', async (change, param) => {
    const { body } = await register({ ...bob, ...change });
    expect(body).toMatchObject({ success: false, code: 'invalid_parameter', param });
  });

  it('refuses a name that is taken', async () => {
    expect((await register({ ...bob, username: 'alice' })).body.code).toBe('name_taken');
  });

  it('needs an address and its code where the option says so', async () => {
    test.stored['EmailVerificationEnabled'] = 'true';
    for (const input of [bob, { ...bob, email: 'bob@example.com' }])
      expect((await register(input)).body.code).toBe('code_refused');
  });
});

describe('mails of the login pages', () => {
  const ask = (path: string) => test.anonymous.get(path).set('accept-language', 'zh');

  it.each([
    ['/api/verification', 'verification-mail'],
    ['/api/reset_password', 'reset-mail'],
  ])(
    '%s answers the same, and hands the same to the queue, whoever has the address',
    async (path, kind) => {
      test.users.rows.get(3)!.email = 'alice@example.com';
      const known = await ask(`${path}?email=alice@example.com`);
      const unknown = await ask(`${path}?email=nobody@example.com`);

      expect(known.body).toEqual({ success: true, message: '' });
      expect([unknown.status, unknown.body]).toEqual([known.status, known.body]);
      expect(test.notifications.waiting).toEqual([
        { kind, email: 'alice@example.com', language: 'zh' },
        { kind, email: 'nobody@example.com', language: 'zh' },
      ]);
    },
  );

  it.each([
    'nobody',
    'a@b',
    'a b@example.com',
    'a@example.com,b@example.com',
    'a@example.com;b@example.com',
    'a@example.com%0d%0aBcc:b@example.com',
    '%3Ca@example.com%3E',
    `${'x'.repeat(180)}@example.com`,
  ])('refuse %s as an address', async (email) => {
    const { body } = await ask(`/api/verification?email=${email}`);
    expect(body).toMatchObject({ success: false, code: 'invalid_parameter', param: 'email' });
    expect(test.notifications.waiting).toEqual([]);
  });

  it('go to the allowed domains only, in whatever case', async () => {
    Object.assign(test.stored, {
      EmailDomainRestrictionEnabled: 'true',
      EmailDomainWhitelist: 'Example.com',
    });
    expect((await ask('/api/verification?email=a@EXAMPLE.com')).body.success).toBe(true);
    for (const email of ['a@evil.example', 'a@sub.example.com', 'a@notexample.com'])
      expect((await ask(`/api/verification?email=${email}`)).body.code).toBe(
        'email_domain_refused',
      );
  });

  it('say what is missing where mail is not set up', async () => {
    delete test.stored['SMTPServer'];
    const { status, body } = await ask('/api/reset_password?email=a@example.com');
    expect([status, body.code]).toEqual([200, 'mail_not_configured']);
  });

  it('are not asked for by a link on another site', async () => {
    const call = ask('/api/reset_password?email=a@example.com');
    expect((await call.set('sec-fetch-site', 'cross-site')).status).toBe(403);
  });
});

describe('a reset', () => {
  it.each([
    [{ email: 'alice@example.com', token: 'x' }, 'code_refused'],
    [{ email: 'nobody@example.com', token: 'x' }, 'code_refused'],
    [{ email: 'alice@example.com' }, 'invalid_parameter'],
    [{ email: 'alice@example.com', token: 'x', password: 'short' }, 'invalid_parameter'],
  ])('is refused with %j', async (input, code) => {
    test.users.rows.get(3)!.email = 'alice@example.com';
    const { passwordHash } = test.users.rows.get(3)!;
    expect((await test.anonymous.post('/api/user/reset').send(input)).body.code).toBe(code);
    expect(test.users.rows.get(3)!.passwordHash).toBe(passwordHash);
  });
});

describe('the human check', () => {
  beforeEach(() => {
    Object.assign(test.stored, {
      TurnstileCheckEnabled: 'true',
      TurnstileSiteKey: 'site',
      TurnstileSecretKey: turnstileSecret,
    });
    fakes.codes.set('human', {});
  });
  const mailPath = '/api/verification?email=a@example.com';

  it('lets nobody in without a token, before anything else is looked at', async () => {
    for (const path of [mailPath, '/api/reset_password', '/api/verification?turnstile=robot']) {
      const { status, body } = await test.anonymous.get(path);
      expect([status, body.code]).toEqual([200, 'human_check_failed']);
    }
    expect((await register({ username: 5 })).body.code).toBe('human_check_failed');
    expect(test.notifications.waiting).toEqual([]);
  });

  it('is remembered by the session, and by no other', async () => {
    const agent = request.agent(test.master.router);
    expect((await agent.get(`${mailPath}&turnstile=human`)).body.success).toBe(true);
    expect((await agent.get(mailPath)).body.success).toBe(true);
    expect((await agent.post('/api/user/register').send(bob)).body.success).toBe(true);
    expect((await test.anonymous.get(`${mailPath}&turnstile=human`)).body.success).toBe(false);
  });

  it('does not stand in the way of a login', async () => {
    const input = { username: 'alice', password: 'correct horse' };
    expect((await test.anonymous.post('/api/user/login').send(input)).body.success).toBe(true);
  });

  it('says when Cloudflare cannot be reached', async () => {
    fakes.broken.set('/turnstile', { status: 503, body: '' });
    const { body } = await test.anonymous.get(`${mailPath}&turnstile=human`);
    expect(body.code).toBe('provider_unreachable');
  });
});
