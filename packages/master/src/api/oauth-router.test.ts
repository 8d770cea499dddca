import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, userStatuses, type Logger } from '@turnpike/core';
import request from 'supertest';
import {
  githubApp,
  larkApp,
  startFakeProviders,
  wechatToken,
  type FakeProviders,
} from '../testing/fake-providers.ts';
import { openMaster, PASSWORD, type TestMaster } from '../testing/open-master.ts';

let fakes: FakeProviders;
let test: TestMaster;
let logged: string[];
beforeAll(async () => {
  fakes = await startFakeProviders();
});
afterAll(() => fakes.close());
beforeEach(async () => {
  logged = [];
  const log = (fields: object, message: string): void =>
    void logged.push(
      `${message} ${JSON.stringify(fields)} ${String((fields as { err?: Error }).err)}`,
    );
  const logger: Logger = { ...silentLogger, info: log, warn: log, error: log };
  test = await openMaster({ globalApiRateLimit: 0 }, { signInEndpoints: fakes.endpoints, logger });
  Object.assign(test.stored, {
    ServerAddress: 'https://gate.example',
    GitHubOAuthEnabled: 'true',
    GitHubClientId: githubApp.id,
    GitHubClientSecret: githubApp.secret,
    LarkClientId: larkApp.id,
    LarkClientSecret: larkApp.secret,
    WeChatAuthEnabled: 'true',
    WeChatServerAddress: fakes.url,
    WeChatServerToken: wechatToken,
  });
  fakes.broken.clear();
  fakes.codes.clear();
  fakes.seen.length = 0;
});

/** As by another node: effective once our copy is too old. */
function setOption(key: string, value: string): void {
  test.stored[key] = value;
  test.clock.advance(5_000);
}

const octocat = {
  user: { id: 583231, login: 'octocat', name: 'The Octocat', email: 'public@example.com' },
  emails: [
    { email: 'other@example.com', primary: false, verified: true },
    { email: 'Octo@Example.com', primary: true, verified: true },
  ],
};

/** A browser that began a login. */
async function begin(path = '/api/oauth/state') {
  const agent = request.agent(test.master.router);
  const { body } = await agent.get(path);
  return { agent, state: String(body.data), body };
}

async function signIn(provider: 'github' | 'lark', person: Record<string, unknown>) {
  const { agent, state } = await begin();
  fakes.codes.set('good', person);
  const { body, status } = await agent.get(`/api/oauth/${provider}?code=good&state=${state}`);
  return { agent, body, status };
}

const selfOf = async (agent: ReturnType<typeof request.agent>) =>
  (await agent.get('/api/user/self')).body.data;

describe('login with GitHub', () => {
  it('makes an account with the verified address, and logs in to it from then on', async () => {
    const { agent, body } = await signIn('github', octocat);
    expect(body).toMatchObject({
      ...{ success: true, message: '' },
      data: { username: 'github_4', display_name: 'The Octocat', role: 1 },
    });
    expect(await selfOf(agent)).toMatchObject({
      ...{ github_id: 'octocat', email: 'octo@example.com', quota: 0, inviter_id: 0 },
    });
    expect([...test.apiTokens.rows.values()]).toMatchObject([{ userId: 4, name: 'default' }]);

    const renamed = { ...octocat, user: { ...octocat.user, login: 'renamed' } };
    expect((await signIn('github', renamed)).body.data.id).toBe(4);
  });

  it('is not fooled by somebody who took a name that was given up', async () => {
    await signIn('github', octocat);
    const successor = { ...octocat, user: { ...octocat.user, id: 999 } };
    // The in-memory table finds accounts of One API by name; ours have a number.
    test.users.rows.get(4)!.githubId = '';
    expect((await signIn('github', successor)).body.data.id).toBe(5);
  });

  it('finds an account that One API bound by its name', async () => {
    test.users.rows.get(3)!.githubId = 'octocat';
    expect((await signIn('github', octocat)).body.data.username).toBe('alice');
  });

  it('needs no address, and takes none that is not verified', async () => {
    const emails = [{ email: 'x@example.com', primary: true, verified: false }];
    const first = await signIn('github', { ...octocat, emails });
    expect(await selfOf(first.agent)).toMatchObject({ email: '' });
    const user = { id: 77, login: 'noscope', name: null };
    const second = await signIn('github', { user });
    expect(await selfOf(second.agent)).toMatchObject({ email: '', display_name: 'GitHub User' });
  });

  it('tells where to begin', async () => {
    const { body, state } = await begin('/api/oauth/state?provider=github');
    const address = new URL(body.authorization_url);
    expect(address.origin + address.pathname).toBe(fakes.endpoints.githubAuthorize);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      client_id: githubApp.id,
      redirect_uri: 'https://gate.example/oauth/github',
      scope: 'user:email',
      state,
    });
  });

  it.each([
    ['a code that is wrong', 'bad', 'provider_refused', 'bad_verification_code'],
    ['no code', '', 'code_refused', ''],
  ])('is refused with %s', async (_what, code, expected, reason) => {
    const { agent, state } = await begin();
    const { body, status } = await agent.get(`/api/oauth/github?code=${code}&state=${state}`);
    expect([status, body.code]).toEqual([200, expected]);
    expect(body.message).toContain(reason);
    expect(test.users.rows.size).toBe(3);
  });

  it.each([
    ['/github/token', 500, 'oops', 'provider_unreachable'],
    ['/github/token', 200, '<html>', 'provider_refused'],
    ['/github/token', 200, '{"access_token":""}', 'provider_refused'],
    ['/github/user', 200, '{"id":0,"login":""}', 'provider_refused'],
    ['/github/user', 302, '', 'provider_refused'],
  ])('makes no account where %s answers %d %s', async (path, status, body, code) => {
    fakes.broken.set(path, { status, body });
    expect((await signIn('github', octocat)).body).toMatchObject({ success: false, code });
    expect(test.users.rows.size).toBe(3);
  });

  it('is off where it is switched off, after the state was checked', async () => {
    setOption('GitHubOAuthEnabled', 'false');
    const { agent, state } = await begin();
    const none = await agent.get('/api/oauth/github?code=good');
    expect([none.status, none.body.code]).toEqual([403, 'state_refused']);
    const { body } = await agent.get(`/api/oauth/github?code=good&state=${state}`);
    expect(body.code).toBe('sign_in_disabled');
    expect(fakes.seen).toEqual([]);
  });

  it('keeps its secret to itself', async () => {
    await signIn('github', octocat);
    fakes.broken.set('/github/token', { status: 418, body: githubApp.secret });
    const { body } = await signIn('github', octocat);
    for (const text of [JSON.stringify(body), ...logged, JSON.stringify(test.audit)])
      expect(text).not.toContain('sentinel');
  });
});

describe('login with Lark', () => {
  const person = { open_id: 'ou_123', name: '飞书用户' };

  it('makes an account at the first time, and logs in to it from then on', async () => {
    const first = await signIn('lark', person);
    expect(first.body.data).toMatchObject({ username: 'lark_4', display_name: '飞书用户' });
    expect(await selfOf(first.agent)).toMatchObject({ lark_id: 'ou_123' });
    expect((await signIn('lark', person)).body.data.id).toBe(4);
    expect(JSON.parse(fakes.seen[0]!.body)).toMatchObject({
      redirect_uri: 'https://gate.example/oauth/lark',
    });
  });

  it('makes none of an exchange that failed, nor where it is not set up', async () => {
    fakes.broken.set('/lark/token', { status: 200, body: '{"code":20003}' });
    expect((await signIn('lark', person)).body.code).toBe('provider_refused');
    fakes.broken.clear();
    fakes.broken.set('/lark/user', { status: 200, body: '{"open_id":""}' });
    expect((await signIn('lark', person)).body.code).toBe('provider_refused');
    setOption('LarkClientSecret', '');
    expect((await signIn('lark', person)).body.code).toBe('sign_in_disabled');
    expect(test.users.rows.size).toBe(3);
  });
});

describe('login with WeChat', () => {
  const agentWith = (code: string) => {
    const agent = request.agent(test.master.router);
    return { agent, call: () => agent.get(`/api/oauth/wechat?code=${code}`) };
  };

  it('takes a code once', async () => {
    fakes.codes.set('123456', { id: 'wx-openid' });
    const { agent, call } = agentWith('123456');
    expect((await call()).body.data).toMatchObject({ username: 'wechat_4' });
    expect(await selfOf(agent)).toMatchObject({ wechat_id: 'wx-openid' });
    expect((await call()).body).toMatchObject({ success: false, code: 'code_refused' });
  });

  it('binds to who is logged in, and to one account only', async () => {
    const bind = async (username: string) => {
      fakes.codes.set('123456', { id: 'wx-openid' });
      return (await test.as(username).get('/api/oauth/wechat/bind?code=123456')).body;
    };
    expect(await bind('alice')).toEqual({ success: true, message: '' });
    expect(await bind('admin')).toMatchObject({ success: false, code: 'identity_taken' });
    expect(await bind('alice')).toMatchObject({ success: true });
    expect(test.users.rows.get(3)?.wechatId).toBe('wx-openid');
  });

  it('is refused with an empty code, a wrong credential, and where it is off', async () => {
    expect((await agentWith('').call()).body.code).toBe('code_refused');
    fakes.codes.set('1', { id: 'wx' });
    setOption('WeChatServerToken', 'wrong');
    expect((await agentWith('1').call()).body.code).toBe('code_refused');
    setOption('WeChatAuthEnabled', 'false');
    expect((await agentWith('1').call()).body.code).toBe('sign_in_disabled');
    expect(test.users.rows.size).toBe(3);
  });

  it('cannot be begun by a link on another site', async () => {
    fakes.codes.set('1', { id: 'wx' });
    const { status } = await agentWith('1').call().set('sec-fetch-site', 'cross-site');
    expect(status).toBe(403);
  });
});

describe('accounts of other providers', () => {
  it('are not made where registration is off, and stay out where they are disabled', async () => {
    const { body } = await signIn('github', octocat);
    setOption('RegisterEnabled', 'false');
    expect((await signIn('github', octocat)).body.data.id).toBe(body.data.id);
    expect((await signIn('lark', { open_id: 'ou_9' })).body.code).toBe('registration_disabled');

    test.users.rows.get(4)!.status = userStatuses.disabled;
    expect((await signIn('github', octocat)).body.code).toBe('account_disabled');
  });

  it('get another name where theirs is taken', async () => {
    await test.addUser('github_5');
    const { body } = await signIn('github', octocat);
    expect(body.data.username).toMatch(/^github_[0-9A-Za-z]{5}$/);
  });

  it('are bound where somebody is logged in, with the word that clients look for', async () => {
    const agent = request.agent(test.master.router);
    await agent.post('/api/user/login').send({ username: 'alice', password: PASSWORD });
    const state = (await agent.get('/api/oauth/state')).body.data;
    fakes.codes.set('good', octocat);
    const { body } = await agent.get(`/api/oauth/github?code=good&state=${state}`);
    expect(body).toEqual({ success: true, message: 'bind' });
    expect(test.audit.at(-1)).toMatchObject({
      ...{ action: 'account.bind', userId: 3, details: { provider: 'github' } },
    });

    const unbind = () => agent.delete('/api/oauth/github/bind');
    expect((await unbind()).body.success).toBe(true);
    expect(test.users.rows.get(3)?.githubId).toBe('');
  });

  it('cannot be left without a way in', async () => {
    const { agent } = await signIn('github', octocat);
    expect((await agent.delete('/api/oauth/github/bind')).body.code).toBe('last_sign_in');
    await agent.put('/api/user/self').send({ password: 'my own password' });
    setOption('PasswordLoginEnabled', 'false');
    expect((await agent.delete('/api/oauth/github/bind')).body.code).toBe('last_sign_in');
    // A provider that is bound, but switched off, lets nobody in.
    Object.assign(test.users.rows.get(4)!, { oidcId: 'octo-at-oidc' });
    expect((await agent.delete('/api/oauth/github/bind')).body.code).toBe('last_sign_in');
    setOption('PasswordLoginEnabled', 'true');
    expect((await agent.delete('/api/oauth/github/bind')).body.success).toBe(true);
    expect((await agent.delete('/api/oauth/nobody/bind')).body.code).toBe('invalid_parameter');
  });

  it('can not log in by an empty password', async () => {
    await signIn('github', octocat);
    for (const password of ['', ' ', 'x']) {
      const call = test.anonymous.post('/api/user/login').send({ username: 'github_4', password });
      expect((await call).body.success).toBe(false);
    }
  });
});

describe('a state', () => {
  it('lasts ten minutes', async () => {
    const { agent, state } = await begin();
    fakes.codes.set('good', octocat);
    test.clock.advance(10 * 60_000);
    const { body } = await agent.get(`/api/oauth/github?code=good&state=${state}`);
    expect(body.code).toBe('state_refused');
  });

  it('is many at a time, for several tabs', async () => {
    const { agent, state } = await begin();
    const second = (await agent.get('/api/oauth/state')).body.data;
    for (const one of [second, state]) {
      fakes.codes.set('good', octocat);
      const { body } = await agent.get(`/api/oauth/github?code=bad&state=${one}`);
      expect(body.code).toBe('provider_refused');
    }
  });
});
