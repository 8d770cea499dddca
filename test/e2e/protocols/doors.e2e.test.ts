import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startProtocolWorld, type ProtocolWorld } from '../../support/protocols/protocol-world.ts';

jest.setTimeout(60_000);

let world: ProtocolWorld;
beforeAll(async () => {
  world = await startProtocolWorld();
  world.upstream.answerWith({ text: 'Hello.', end: 'stop' });
});
afterAll(() => world.stopAll());

const messages = [{ role: 'user', content: 'Hi' }];
const question = { model: 'model-chat', max_tokens: 50, messages };

interface Asked {
  headers?: Record<string, string>;
  body?: unknown;
  method?: string;
}

function ask(path: string, { headers = {}, body = question, method = 'POST' }: Asked = {}) {
  return fetch(world.gateway.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'POST' && {
      body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body),
    }),
  });
}

describe('keys', () => {
  const key = (): string => world.token.key;
  const contents = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };

  it.each([
    ['a bearer token', () => ({ authorization: `Bearer ${key()}` })],
    ['no scheme', () => ({ authorization: key() })],
    ['x-api-key', () => ({ 'x-api-key': key() })],
    ['api-key', () => ({ 'api-key': key() })],
    ['x-goog-api-key', () => ({ 'x-goog-api-key': key() })],
    [
      'a bearer token beside another x-api-key',
      () => ({ authorization: `Bearer ${key()}`, 'x-api-key': 'sk-other' }),
    ],
  ])('are taken as %s', async (_how, headers) => {
    const answer = await ask('/v1/chat/completions', { headers: headers() });
    expect(answer.status).toBe(200);
    const there = await ask('/v1/messages', { headers: headers() });
    expect(there.status).toBe(200);
  });

  it('are taken from the query of Google’s paths only, and go no further', async () => {
    const google = await ask(`/v1beta/models/model-gemini:generateContent?key=${key()}`, {
      body: contents,
    });
    expect(google.status).toBe(200);
    const request = world.upstream.requests.at(-1)!;
    expect(request.path + JSON.stringify(request.headers)).not.toContain(key().slice(3));
    expect((await ask(`/v1/chat/completions?key=${key()}`)).status).toBe(401);
  });
});

describe('errors are in the shape of the door', () => {
  it.each([
    ['/v1/chat/completions', 401, { error: { code: 'invalid_api_key' } }],
    ['/v1/messages', 401, { type: 'error', error: { type: 'authentication_error' } }],
    ['/anthropic/v1/nothing', 404, { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1/messages/nothing', 404, { type: 'error', error: { type: 'not_found_error' } }],
    ['/v1/messages/batches', 501, { type: 'error' }],
    [
      '/v1beta/models/model-gemini:generateContent',
      401,
      { error: { code: 401, status: 'UNAUTHENTICATED' } },
    ],
    ['/v1beta/nothing', 404, { error: { code: 404, status: 'NOT_FOUND' } }],
    ['/v1/nothing', 404, { error: { code: 'unknown_url' } }],
  ])('%s without a key, or without a meaning: %i', async (path, status, body) => {
    const headers: Record<string, string> = status === 501 ? { 'x-api-key': world.token.key } : {};
    const answer = await ask(path, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(body);
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(answer.headers.get('request-id')).toBe(answer.headers.get('x-request-id'));
  });

  it.each([
    ['/v1/messages', { ...question, model: 'nobody' }, 'not_found_error'],
    ['/v1/messages', { ...question, messages: 'x' }, 'invalid_request_error'],
  ])('%s refuses %j as Anthropic does', async (path, body, type) => {
    const answer = await ask(path, { body, headers: { 'x-api-key': world.token.key } });
    expect(await answer.json()).toMatchObject({ type: 'error', error: { type } });
  });
});

describe('looking around', () => {
  it.each(['/', '/v1', '/v1/models', '/v1/messages', '/health'])(
    'HEAD %s needs no key',
    async (path) => {
      const answer = await ask(path, { method: 'HEAD' });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toBe('');
    },
  );

  it('answers preflights with the headers that were asked for', async () => {
    const asked = 'authorization, x-stainless-lang, anthropic-version';
    for (const path of ['/v1/messages', '/v1beta/models/m:generateContent', '/v1/nothing']) {
      const answer = await ask(path, {
        method: 'OPTIONS',
        headers: { origin: 'https://app.example', 'access-control-request-headers': asked },
      });
      expect(answer.status).toBe(204);
      expect(answer.headers.get('access-control-allow-headers')).toBe(asked);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    }
  });

  it.each([
    ['/v1/models', { authorization: 'key' }, 'data.0.object', 'model'],
    ['/v1/models', { 'x-api-key': 'key' }, 'data.0.type', 'model'],
    ['/v1/models', { 'anthropic-version': '2023-06-01', authorization: 'key' }, 'has_more', true],
    ['/anthropic/v1/models', { authorization: 'key' }, 'data.0.type', 'model'],
    ['/v1/models', { 'x-goog-api-key': 'key' }, 'models.0.version', '001'],
    ['/v1beta/models', { 'x-goog-api-key': 'key' }, 'models.0.version', '001'],
    ['/v1/engines', { authorization: 'key' }, 'object', 'list'],
  ])('lists models at %s for %j in the client’s form', async (path, given, place, value) => {
    const headers = Object.fromEntries(
      Object.entries(given).map(([name, text]) => [name, text.replace('key', world.token.key)]),
    );
    const answer = await ask(path, { method: 'GET', headers });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toHaveProperty(place, value);
  });

  it('gives Anthropic’s clients their list page by page', async () => {
    const headers = { 'x-api-key': world.token.key };
    const first = await ask('/v1/models?limit=2', { method: 'GET', headers });
    const page = (await first.json()) as { data: unknown[]; last_id: string; has_more: boolean };
    expect(page).toMatchObject({ data: [{}, {}], has_more: true });
    const next = await ask(`/v1/models?limit=1000&after_id=${page.last_id}`, {
      method: 'GET',
      headers,
    });
    expect(await next.json()).toMatchObject({ has_more: false });
  });
});

describe('bodies', () => {
  const bytes = Buffer.from(JSON.stringify(question));
  /** The same by the `zstd` command. */
  const zstd = Buffer.from(
    'KLUv/QRoPQIAwsQPEpA9BkNAgRblI/erLYHNzn8uAfvsv3LyO9mdVB28MotPziKt14bcspasZfJADHI7GaQX5SQPfpNTgTyyReV1AQCHewQ5BKjo',
    'base64',
  );
  it.each([
    ['gzip', () => gzipSync(bytes)],
    ['zstd', () => zstd],
  ])('are taken in %s', async (encoding, compress) => {
    const headers = { authorization: world.token.key, 'content-encoding': encoding };
    const answer = await ask('/v1/chat/completions', { headers, body: compress() });
    expect(answer.status).toBe(200);
  });

  it('of the Responses API are understood at the chat door', async () => {
    const headers = { authorization: world.token.key };
    const body = { model: 'model-responses', input: 'Hi' };
    const answer = await ask('/v1/chat/completions', { headers, body });
    expect(await answer.json()).toMatchObject({ object: 'response' });
  });
});

describe('counting tokens', () => {
  const headers = (): Record<string, string> => ({ 'x-api-key': world.token.key });

  it('is done here where no upstream can, and costs nothing', async () => {
    const before = await world.admin.call('GET', '/api/user/self');
    const counted = await ask('/v1/messages/count_tokens', {
      headers: headers(),
      body: { model: 'model-chat', messages, system: 'Be brief' },
    });
    expect(counted.status).toBe(200);
    const { input_tokens: tokens } = (await counted.json()) as { input_tokens: number };
    expect(tokens).toBeGreaterThan(3);
    expect(tokens).toBeLessThan(30);
    const google = await ask('/v1beta/models/model-chat:countTokens', {
      headers: headers(),
      body: { contents: [{ parts: [{ text: 'Hi there' }] }] },
    });
    expect(await google.json()).toMatchObject({ totalTokens: expect.any(Number) });
    const after = await world.admin.call('GET', '/api/user/self');
    expect(after).toMatchObject({ quota: (before as { quota: number }).quota });
  });
});
