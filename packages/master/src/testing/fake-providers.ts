import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SignInEndpoints } from '../sign-in/sign-in-endpoints.ts';

/** One request that a fake got. */
export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface FakeProviders {
  url: string;
  endpoints: SignInEndpoints;
  /** Codes that were given out, and to whom: a code is taken out when it is used. */
  codes: Map<string, Record<string, unknown>>;
  /** Answers instead of what is described here; by path. */
  broken: Map<string, { status: number; body: string }>;
  seen: SeenRequest[];
  close(): Promise<void>;
}

export const githubApp = { id: 'github-app', secret: 'sentinel-github-secret' };
export const larkApp = { id: 'lark-app', secret: 'sentinel-lark-secret' };
export const wechatToken = 'sentinel-wechat-token';
export const turnstileSecret = 'sentinel-turnstile-secret';

type Answer = { status?: number; json: unknown };

/** GitHub, Lark, a WeChat server and Turnstile on one port, as their documents describe them. */
export async function startFakeProviders(): Promise<FakeProviders> {
  const codes: FakeProviders['codes'] = new Map();
  const broken: FakeProviders['broken'] = new Map();
  const tokens = new Map<string, Record<string, unknown>>();
  const seen: SeenRequest[] = [];

  const take = (code: unknown): Record<string, unknown> | undefined => {
    const person = codes.get(String(code));
    codes.delete(String(code));
    return person;
  };
  const issueToken = (person: Record<string, unknown>): string => {
    const token = `token-${String(tokens.size)}`;
    tokens.set(`Bearer ${token}`, person);
    return token;
  };

  function answer({ method, path, headers, body }: SeenRequest): Answer {
    const url = new URL(path, 'http://fake');
    const person = tokens.get(headers.authorization ?? '');
    const isJson = headers['content-type']?.startsWith('application/json') === true;
    const input = isJson ? (JSON.parse(body) as Record<string, unknown>) : {};
    switch (`${method} ${url.pathname}`) {
      // https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors
      case 'POST /github/token': {
        const { client_id, client_secret, code } = input;
        if (client_id !== githubApp.id || client_secret !== githubApp.secret)
          return { json: { error: 'incorrect_client_credentials' } };
        const owner = take(code);
        if (owner === undefined) return { json: { error: 'bad_verification_code' } };
        const access_token = issueToken(owner);
        return { json: { access_token, scope: 'user:email', token_type: 'bearer' } };
      }
      case 'GET /github/user':
        if (headers['user-agent'] === undefined) return { status: 403, json: {} };
        return person
          ? { json: person['user'] }
          : { status: 401, json: { message: 'Bad credentials' } };
      case 'GET /github/emails':
        return person?.['emails']
          ? { json: person['emails'] }
          : { status: 404, json: { message: 'Not Found' } };
      // https://open.feishu.cn/document/authentication-management/access-token/get-user-access-token
      case 'POST /lark/token': {
        const { client_id, client_secret, grant_type, redirect_uri, code } = input;
        const isOurs = client_id === larkApp.id && client_secret === larkApp.secret;
        if (!isOurs || grant_type !== 'authorization_code' || redirect_uri === undefined)
          return { status: 400, json: { code: 20002, error: 'invalid_client' } };
        const owner = take(code);
        if (owner === undefined)
          return { status: 400, json: { code: 20003, error: 'invalid_grant' } };
        return { json: { code: 0, access_token: issueToken(owner), expires_in: 7200 } };
      }
      case 'GET /lark/user':
        return person ? { json: person } : { status: 401, json: { code: 99991668 } };
      case 'GET /api/wechat/user': {
        if (headers.authorization !== wechatToken)
          return { json: { success: false, message: '无权访问', data: '' } };
        const owner = take(url.searchParams.get('code'));
        return { json: { success: true, message: '', data: owner?.['id'] ?? '' } };
      }
      // https://developers.cloudflare.com/turnstile/get-started/server-side-validation/
      case 'POST /turnstile': {
        const form = new URLSearchParams(body);
        if (form.get('secret') !== turnstileSecret)
          return { json: { success: false, 'error-codes': ['invalid-input-secret'] } };
        const isGood = take(form.get('response')) !== undefined && form.has('remoteip');
        return {
          json: { success: isGood, 'error-codes': isGood ? [] : ['invalid-input-response'] },
        };
      }
      default:
        return { status: 404, json: {} };
    }
  }

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one: SeenRequest = {
        ...{ method: request.method ?? '', path: request.url ?? '', headers: request.headers },
        body: Buffer.concat(chunks).toString(),
      };
      seen.push(one);
      const instead = broken.get(new URL(one.path, 'http://fake').pathname);
      const { status = 200, json } = instead === undefined ? answer(one) : { ...instead, json: '' };
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(instead?.body ?? JSON.stringify(json));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    ...{ url, codes, broken, seen },
    endpoints: {
      githubAuthorize: 'https://github.example/login/oauth/authorize',
      githubToken: `${url}/github/token`,
      githubUser: `${url}/github/user`,
      githubEmails: `${url}/github/emails`,
      larkAuthorize: 'https://lark.example/authorize',
      larkToken: `${url}/lark/token`,
      larkUser: `${url}/lark/user`,
      turnstile: `${url}/turnstile`,
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
