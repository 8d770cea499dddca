import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn, type AdminClient } from '../../support/admin-client.mjs';
import { Browser, type ApiAnswer } from '../../support/sign-in/browser.ts';
import { startOidcIssuer, type OidcIssuer } from '../../support/sign-in/start-oidc-issuer.mjs';
import { startGateway, type Gateway } from '../../support/start-gateway.mjs';

jest.setTimeout(60_000);

let gateway: Gateway;
let admin: AdminClient;
let issuer: OidcIssuer;

beforeAll(async () => {
  gateway = await startGateway();
  issuer = await startOidcIssuer(`${gateway.url}/oauth/oidc`);
  admin = await logIn(gateway.url);
  await setOptions({
    ServerAddress: gateway.url,
    OidcClientId: issuer.client.id,
    OidcClientSecret: issuer.client.secret,
    OidcWellKnown: issuer.wellKnown,
    OidcEnabled: 'true',
  });
});
afterAll(async () => {
  await gateway.stop();
  await issuer.stop();
});

async function setOptions(options: Record<string, string>): Promise<void> {
  for (const [key, value] of Object.entries(options)) await admin.setOption(key, value);
}

const api = (path: string) => `${gateway.url}/api${path}`;
const begin = (browser: Browser) => browser.call(api('/oauth/state?provider=oidc'));

/** Goes to the provider and comes back with what it sent the browser back with. */
async function goTo(browser: Browser, address: string): Promise<URLSearchParams> {
  return (await browser.follow(address, `${gateway.url}/oauth/oidc`)).searchParams;
}

const comeBack = (browser: Browser, query: URLSearchParams): Promise<ApiAnswer> =>
  browser.call(api(`/oauth/oidc?${query.toString()}`));

async function signIn(browser = new Browser()): Promise<{ browser: Browser; answer: ApiAnswer }> {
  const { authorization_url = '' } = await begin(browser);
  const answer = await comeBack(browser, await goTo(browser, authorization_url));
  return { browser, answer };
}

const selfOf = async (browser: Browser) =>
  (await browser.call(api('/user/self'))).data as Record<string, unknown>;

/** As consoles of One API do it: their own address, no PKCE, no nonce, no issuer. */
async function signInLikeOneApi(browser = new Browser()): Promise<ApiAnswer> {
  const { data: state } = await browser.call(api('/oauth/state'));
  const query = new URLSearchParams({
    client_id: issuer.client.id,
    redirect_uri: `${gateway.url}/oauth/oidc`,
    response_type: 'code',
    scope: 'openid profile email',
    state: String(state),
  });
  const back = await goTo(browser, `${issuer.url}/auth?${query.toString()}`);
  back.delete('iss');
  return comeBack(browser, back);
}

describe('login with an OpenID Connect provider', () => {
  it('makes an account at the first time, and logs in to it from then on', async () => {
    issuer.person = {
      ...{ sub: 'Person-1', name: 'Ann Example', preferred_username: 'ann' },
      ...{ email: 'Ann@example.com', email_verified: true },
    };
    const { browser, answer } = await signIn();
    expect(answer).toMatchObject({
      status: 200,
      success: true,
      message: '',
      data: { username: 'ann', display_name: 'Ann Example', role: 1, status: 1 },
    });
    const self = await selfOf(browser);
    expect(self).toMatchObject({ oidc_id: 'Person-1', email: 'ann@example.com' });

    const again = await signIn();
    expect(await selfOf(again.browser)).toMatchObject({ id: self['id'] });
  });

  it('sends PKCE and a nonce along, and no secret', async () => {
    const { data: state, authorization_url = '' } = await begin(new Browser());
    const query = Object.fromEntries(new URL(authorization_url).searchParams);
    expect(query).toMatchObject({
      state,
      response_type: 'code',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      redirect_uri: `${gateway.url}/oauth/oidc`,
    });
    expect(state).toMatch(/^[0-9a-zA-Z]{12}$/);
    expect(authorization_url).not.toContain(issuer.client.secret);
  });

  it('works for consoles of One API, which know of neither', async () => {
    issuer.person = { sub: 'person-2', preferred_username: 'a name that is far too long' };
    const answer = await signInLikeOneApi();
    expect(answer).toMatchObject({ success: true, data: { display_name: 'OIDC User' } });
    expect((answer.data as { username: string }).username).toMatch(/^oidc_\d+$/);
  });

  it('makes one account of one person, in however many tabs', async () => {
    issuer.person = { sub: 'person-3' };
    const answers = await Promise.all([1, 2, 3, 4].map(() => signIn()));
    const ids = answers.map(({ answer }) => (answer.data as { id: number }).id);
    expect(new Set(ids).size).toBe(1);
  });

  it('takes over no address that is not verified, or that another account has', async () => {
    issuer.person = { sub: 'person-4', email: 'victim@example.com', email_verified: false };
    const unverified = await signIn();
    expect(await selfOf(unverified.browser)).toMatchObject({ email: '' });

    issuer.person = { sub: 'person-5', email: 'ann@example.com', email_verified: true };
    const taken = await signIn();
    const self = await selfOf(taken.browser);
    expect(self).toMatchObject({ email: '' });
    expect(self['username']).not.toBe('ann');
  });

  it('is for accounts that are enabled, and makes none where registration is off', async () => {
    issuer.person = { sub: 'person-6' };
    const { browser } = await signIn();
    const { username } = (await selfOf(browser)) as { username: string };
    await admin.call('POST', '/api/user/manage', { username, action: 'disable' });
    expect((await signIn()).answer).toMatchObject({ success: false, code: 'account_disabled' });

    await admin.setOption('RegisterEnabled', 'false');
    issuer.person = { sub: 'person-7' };
    expect((await signIn()).answer.code).toBe('registration_disabled');
    await admin.setOption('RegisterEnabled', 'true');
  });
});

describe('what comes back', () => {
  it('is taken once, and from the browser that began only', async () => {
    issuer.person = { sub: 'person-8' };
    const [mine, other] = [new Browser(), new Browser()];
    const { authorization_url = '' } = await begin(mine);
    const back = await goTo(mine, authorization_url);

    expect(await comeBack(other, back)).toMatchObject({ status: 403, code: 'state_refused' });
    await begin(other);
    expect(await comeBack(other, back)).toMatchObject({ status: 403, code: 'state_refused' });
    expect((await comeBack(mine, back)).success).toBe(true);
    expect(await comeBack(mine, back)).toMatchObject({ status: 403, code: 'state_refused' });
  });

  it('is not good for another provider', async () => {
    const browser = new Browser();
    const { data: state } = await begin(browser);
    const answer = await browser.call(api(`/oauth/lark?code=x&state=${String(state)}`));
    expect(answer).toMatchObject({ status: 403, code: 'state_refused' });
  });

  it.each([
    ['a code that was made up', (back: URLSearchParams) => back.set('code', 'made-up')],
    ['another issuer', (back: URLSearchParams) => back.set('iss', 'https://evil.example')],
  ])('is refused with %s', async (_what, change) => {
    issuer.person = { sub: 'person-9' };
    const browser = new Browser();
    const { authorization_url = '' } = await begin(browser);
    const back = await goTo(browser, authorization_url);
    change(back);
    const answer = await comeBack(browser, back);
    expect(answer).toMatchObject({ status: 200, success: false, code: 'provider_refused' });
  });

  it('is refused where the code was got without our challenge: a code that was planted', async () => {
    issuer.person = { sub: 'attacker' };
    const victim = new Browser();
    const { data: state } = await begin(victim);
    const attacker = new Browser();
    const query = new URLSearchParams({
      ...{ client_id: issuer.client.id, redirect_uri: `${gateway.url}/oauth/oidc` },
      ...{ response_type: 'code', scope: 'openid', state: String(state) },
    });
    const back = await goTo(attacker, `${issuer.url}/auth?${query.toString()}`);
    expect((await comeBack(victim, back)).code).toBe('provider_refused');
  });
});

describe('binding', () => {
  it('lets somebody who is logged in log in there too, until it is unbound', async () => {
    await admin.createUser({ username: 'bob', password: 'bobs password' });
    const browser = new Browser();
    await browser.post(api('/user/login'), { username: 'bob', password: 'bobs password' });
    issuer.person = { sub: 'person-10' };
    expect((await signIn(browser)).answer).toEqual({ status: 200, success: true, message: 'bind' });
    const bound = await signIn();
    expect(bound.answer).toMatchObject({ data: { username: 'bob' } });

    await browser.call(api('/oauth/oidc/bind'), { method: 'DELETE' });
    const other = await signIn();
    expect((other.answer.data as { username: string }).username).not.toBe('bob');
    expect((await signIn(browser)).answer).toMatchObject({ code: 'identity_taken' });
    const last = await other.browser.call(api('/oauth/oidc/bind'), { method: 'DELETE' });
    expect(last).toMatchObject({ success: false, code: 'last_sign_in' });
  });

  it('is not done for somebody who logged in since: a state has one purpose', async () => {
    const browser = new Browser();
    const { authorization_url = '' } = await begin(browser);
    const back = await goTo(browser, authorization_url);
    await browser.post(api('/user/login'), { username: 'bob', password: 'bobs password' });
    expect(await comeBack(browser, back)).toMatchObject({ code: 'state_refused' });
  });
});

describe('a provider that is not as it should be', () => {
  it('is told as away or not set up, and its secret nowhere', async () => {
    await admin.setOption('OidcWellKnown', 'http://127.0.0.1:1/.well-known/openid-configuration');
    expect(await begin(new Browser())).toMatchObject({
      success: false,
      code: 'provider_unreachable',
    });
    await admin.setOption('OidcWellKnown', '');
    expect(await begin(new Browser())).toMatchObject({ success: false, code: 'sign_in_disabled' });
    expect(gateway.logs()).not.toContain(issuer.client.secret);
  });

  it('is used as plain OAuth 2 at the addresses that are set, as One API does', async () => {
    await setOptions({
      OidcWellKnown: '',
      OidcAuthorizationEndpoint: `${issuer.url}/auth`,
      OidcTokenEndpoint: `${issuer.url}/token`,
      OidcUserinfoEndpoint: `${issuer.url}/me`,
    });
    issuer.person = { sub: 'Person-1' };
    expect(await signInLikeOneApi()).toMatchObject({ data: { username: 'ann' } });
    expect((await signIn()).answer).toMatchObject({ data: { username: 'ann' } });
  });
});
