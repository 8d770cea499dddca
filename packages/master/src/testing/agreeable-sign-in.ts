import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SessionRecord } from '@turnpike/core';
import type { MasterDeps } from '../master-deps.ts';
import { signInEndpoints } from '../sign-in/sign-in-endpoints.ts';
import { createSigner } from '../sign-in/signer.ts';
import { testSessionSecret } from './open-master.ts';

const visitorId = 'the-visitor-of-the-tests';

/** Cookie of a browser that began to log in at a provider. */
export const visitorCookie = `session=${createSigner(testSessionSecret).sign('session', visitorId)}`;

/** Its session. */
export function visitorSession(now: number): Omit<SessionRecord, 'isEnded'> {
  return {
    idHash: createHash('sha256').update(visitorId).digest('hex'),
    ...{ userId: 0, fingerprint: '', hasPassedTurnstile: false },
    ...{ createdAt: now, expiresAt: now + 3_600_000 },
  };
}

/** Whoever is asked, this is the answer; each reads from it what it needs. */
const everybody = {
  ...{ access_token: 't', id: 583231, login: 'octocat', open_id: 'ou_1', sub: 'sub-1' },
  ...{ name: 'Somebody', success: true, data: 'wx-1' },
};

let server: Promise<string> | undefined;

/** Providers that know everybody, and codes that are all good: for calls that are to succeed. One server for all tests. */
export async function openAgreeableSignIn(): Promise<{
  deps: Pick<MasterDeps, 'signInEndpoints' | 'oneTimeCodes'>;
  options: Record<string, string>;
}> {
  const url = await (server ??= startServer());
  const endpoints = Object.keys(signInEndpoints).map((name) => [name, `${url}/${name}`]);
  return {
    deps: {
      signInEndpoints: Object.fromEntries(endpoints),
      oneTimeCodes: {
        put: async () => undefined,
        redeem: async ({ purpose }) => (purpose === 'sign-in-state' ? '{"userId":0}' : ''),
        prune: async () => 0,
      },
    },
    options: {
      ...{ SMTPServer: 'mail.example', SMTPFrom: 'gate@example.com' },
      ...{ GitHubOAuthEnabled: 'true', GitHubClientId: 'id', LarkClientId: 'id' },
      ...{ OidcEnabled: 'true', OidcClientId: 'id' },
      ...{ OidcTokenEndpoint: `${url}/token`, OidcUserinfoEndpoint: `${url}/userinfo` },
      ...{ WeChatAuthEnabled: 'true', WeChatServerAddress: url },
    },
  };
}

async function startServer(): Promise<string> {
  const started = createServer((_request, response) => {
    response.writeHead(200, { connection: 'close' }).end(JSON.stringify(everybody));
  });
  started.listen(0, '127.0.0.1').unref();
  await once(started, 'listening');
  return `http://127.0.0.1:${String((started.address() as AddressInfo).port)}`;
}
