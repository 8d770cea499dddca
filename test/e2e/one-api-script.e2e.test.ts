import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createOneApiClient, type OneApiClient } from '../support/one-api-client.ts';
import { redemptionSteps, tokenSteps, userSteps } from '../support/one-api-script/account-steps.ts';
import { frontDoorSteps } from '../support/one-api-script/front-door-steps.ts';
import { channelSteps, logSteps, optionSteps } from '../support/one-api-script/operation-steps.ts';
import { relaySteps } from '../support/one-api-script/relay-steps.ts';
import { fillIn, type Findings, type Step, type Who } from '../support/one-api-script/step.ts';
import { Browser } from '../support/sign-in/browser.ts';
import { startOidcIssuer, type OidcIssuer } from '../support/sign-in/start-oidc-issuer.mjs';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

/** A script for One API, in its order: every step builds on those before it. */
const steps: readonly Step[] = [
  ...frontDoorSteps,
  ...userSteps,
  ...tokenSteps,
  ...redemptionSteps,
  ...channelSteps,
  ...optionSteps,
  ...relaySteps,
  ...logSteps,
];

const PASSWORD = 'correct horse';
let world: World;
let callers: Record<Who, OneApiClient>;
const found: Findings = {};

beforeAll(async () => {
  world = await startWorld({ env: { GLOBAL_API_RATE_LIMIT: '0' } });
  const { url } = world.gateway;
  const by = (authorization: string) => createOneApiClient(url, { authorization });
  const root = by(`Bearer ${world.admin.accessToken}`);
  for (const username of ['boss', 'alice', 'bob'])
    await root.data('POST', '/api/user/', { username, password: PASSWORD });
  await root.data('POST', '/api/user/manage', { username: 'boss', action: 'promote' });
  const guest = createOneApiClient(url);
  const logIn = async (username: string) => {
    const { headers } = await guest.send('POST', '/api/user/login', {
      username,
      password: PASSWORD,
    });
    const cookie = headers.getSetCookie()[0]!.split(';')[0]!;
    const session = createOneApiClient(url, { cookie });
    return { session, token: by(await session.data<string>('GET', '/api/user/token')) };
  };
  const alice = await logIn('alice');
  callers = {
    ...{ guest, root, alice: alice.token, cookie: alice.session },
    ...{ admin: (await logIn('boss')).token, bob: (await logIn('bob')).token },
    key: by(`Bearer ${world.token.key}`),
  };
  found['channel'] = world.channel.id;
});
afterAll(() => world.stop());

/** Whole members that are `"{name}"` become what was found, as a number where it is one. */
function fillBody(body: NonNullable<Step['body']>): unknown {
  if (typeof body === 'string') return body;
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      const whole = typeof value === 'string' ? /^\{(\w+)\}$/.exec(value)?.[1] : undefined;
      return [name, whole === undefined ? (value as unknown) : found[whole]];
    }),
  );
}

describe('a script for One API', () => {
  it('is long enough to be one', () => {
    expect(steps.length).toBeGreaterThanOrEqual(140);
  });

  it.each(steps.map((step, index) => [index + 1, step.who, step.call, step] as const))(
    '%i: %s %s',
    async (_number, _who, _call, step) => {
      const [method = '', path = ''] = fillIn(step.call, found).split(' ');
      const body = step.body && fillBody(step.body);
      const answer = await callers[step.who].send(method, path, body);

      expect([answer.status, answer.body?.success, answer.text]).toEqual([
        ...[step.status, step.success],
        expect.any(String),
      ]);
      if (step.success === true) expect(answer.body?.message).toEqual(expect.any(String));
      if (step.success === false) expect(answer.body?.message).not.toBe('');
      step.check?.(answer.body ?? {}, found, answer);
    },
  );
});

describe('a console of One API, with a login elsewhere', () => {
  let issuer: OidcIssuer;
  afterAll(() => issuer.stop());

  it('logs in by the state that it asked for, and is refused with another one', async () => {
    const { url } = world.gateway;
    issuer = await startOidcIssuer(`${url}/oauth/oidc`);
    issuer.person = { sub: 'person-1', name: 'Zoe', preferred_username: 'zoe' };
    for (const [key, value] of Object.entries({
      ...{ ServerAddress: url, OidcClientId: issuer.client.id },
      ...{ OidcClientSecret: issuer.client.secret, OidcWellKnown: issuer.wellKnown },
      OidcEnabled: 'true',
    }))
      await world.admin.setOption(key, value);
    const browser = new Browser();
    const { data: state } = await browser.call(`${url}/api/oauth/state`);
    const query = new URLSearchParams({
      ...{ client_id: issuer.client.id, redirect_uri: `${url}/oauth/oidc` },
      ...{ response_type: 'code', scope: 'openid profile email', state: String(state) },
    });
    const back = await browser.follow(
      `${issuer.url}/auth?${query.toString()}`,
      `${url}/oauth/oidc`,
    );
    const comeBack = (code: string, sent: string) =>
      browser.call(
        `${url}/api/oauth/oidc?${new URLSearchParams({ code, state: sent }).toString()}`,
      );
    const code = back.searchParams.get('code') ?? '';

    expect(await comeBack(code, 'another')).toMatchObject({ status: 403, success: false });
    expect(await comeBack(code, String(state))).toMatchObject({
      ...{ status: 200, success: true, message: '' },
      data: { username: 'zoe', display_name: 'Zoe', role: 1, status: 1, quota: 0 },
    });
    expect(await browser.call(`${url}/api/user/self`)).toMatchObject({ success: true });
  });
});
