import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson } from '../support/chat-requests.ts';
import { sendRaw, statusesOf } from '../support/raw-http.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

let world: World;
let pid: number;
let untilSlowOnesAreGone: Promise<void>;
beforeAll(async () => {
  world = await startWorld();
  pid = world.gateway.pid;
  // The gateway is patient with them: the other tests run at the same time.
  untilSlowOnesAreGone = connectSlowly(50);
});
afterAll(() => world.stop());

/** Whatever was sent: the same process still serves the next client. */
afterEach(async () => {
  expect(world.gateway.pid).toBe(pid);
  const answer = await world.openai.chat.completions.create(hello);
  expect(answer.choices[0]?.finish_reason).toBe('stop');
});

/** Clients that send a little of their head now and then; resolves when the gateway has closed all their connections. */
async function connectSlowly(count: number): Promise<void> {
  const sockets = Array.from({ length: count }, () => connect(world.gateway.port, '127.0.0.1'));
  const closed = sockets.map(
    (socket) =>
      new Promise((resolve) =>
        socket
          .on('close', resolve)
          .on('error', () => undefined)
          .resume(),
      ),
  );
  for (const socket of sockets) socket.write('POST /v1/chat/completions HTTP/1.1\r\nHost: ');
  const drip = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x');
  }, 500);
  await Promise.all(closed);
  clearInterval(drip);
}

const chatUrl = (): string => `${world.gateway.url}/v1/chat/completions`;
const post = (body: unknown, headers = {}): Promise<Response> =>
  postJson(chatUrl(), world.token.key, body, headers);

async function errorOf(answer: Response): Promise<{ code: string; param: string | null }> {
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('x-request-id')).toBeTruthy();
  const body = (await answer.json()) as { error: { message: string; code: string; param: null } };
  expect(body.error.message).toMatch(/request id: /);
  return body.error;
}

describe('bodies that are not what they should be', () => {
  const messages = hello.messages;
  it.each<[string, unknown, string]>([
    ['nothing', '', 'invalid_json'],
    ['no JSON', '{"model":', 'invalid_json'],
    ['JSON with rubbish behind', '{"model":"gpt-4o-mini","messages":[]}x', 'invalid_json'],
    ['an array', [], 'invalid_json'],
    ['a text', '"hello"', 'invalid_json'],
    ['null', 'null', 'invalid_json'],
    ['no model', { messages }, 'invalid_request'],
    ['an empty model', { model: '', messages }, 'invalid_request'],
    ['a model that is a number', { model: 4, messages }, 'invalid_request'],
    ['a model that is an object', { model: {}, messages }, 'invalid_request'],
    ['no messages', { model: 'gpt-4o-mini' }, 'invalid_request'],
    ['empty messages', { model: 'gpt-4o-mini', messages: [] }, 'invalid_request'],
    ['messages that are a text', { model: 'gpt-4o-mini', messages: 'hi' }, 'invalid_request'],
    ['stream that is a text', { ...hello, stream: 'yes' }, 'invalid_request'],
    ['a negative limit', { ...hello, max_tokens: -1 }, 'invalid_request'],
    ['an absurd limit', { ...hello, max_tokens: 2 ** 40 }, 'invalid_request'],
    ['too many choices', { ...hello, n: 1_000_000 }, 'invalid_request'],
  ])('refuses %s with 400 and says what to do', async (_, body, code) => {
    const answer = await post(body);
    expect(answer.status).toBe(400);
    expect((await errorOf(answer)).code).toBe(code);
  });

  it('never asks an upstream for any of them', () => {
    const served = world.provider.requests.list(0, 10_000);
    expect(served.every(({ status }) => status === 200)).toBe(true);
  });

  it('refuses a body nested 200 000 deep', async () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    const answer = await post(`{"model":"gpt-4o-mini","messages":${deep}}`);
    expect(answer.status).toBe(400);
    await errorOf(answer);
  });

  it('survives 300 000 keys', async () => {
    const keys = Array.from({ length: 300_000 }, (_, at) => `"key${at}":${at}`).join();
    const answer = await post(
      `{"model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}],${keys}}`,
    );
    expect([200, 400]).toContain(answer.status);
    await answer.text();
  });

  it('survives 300 000 messages of the same key', async () => {
    const models = Array.from({ length: 300_000 }, () => '"model":"gpt-4o"').join();
    const answer = await post(`{${models},"messages":[{"role":"user","content":"hi"}]}`);
    expect([200, 400]).toContain(answer.status);
    await answer.text();
  });

  it('prices what the upstream reads when a body names two models', async () => {
    const answer = await post(
      '{"model":"gpt-4o","model":"gpt-4o-mini","messages":[{"role":"user","content":"hi"}]}',
    );
    expect([200, 400]).toContain(answer.status);
    const id = answer.headers.get('x-request-id');
    await answer.text();
    if (answer.status === 200) {
      const served = world.provider.requests
        .list(0, 10_000)
        .find(({ requestId }) => requestId === id);
      const rows = await world.admin.listLogs('type=2');
      const row = rows.find(({ request_id }) => request_id === id);
      expect(row?.model_name).toBe(served?.model);
    }
  });

  it('refuses 100 MB with 413, without reading them all', async () => {
    const answer = await sendRaw(world.gateway.port, manyBytes(100_000_000));
    expect(statusesOf(answer)).toEqual([413]);
    expect(answer.text).toContain('request_too_large');
  });

  it('refuses 100 MB that come in chunks without a length', async () => {
    const answer = await sendRaw(world.gateway.port, manyChunks(100));
    expect(statusesOf(answer)[0]).toBe(413);
  });

  it('refuses a compressed bomb with 413', async () => {
    const { gzipSync } = await import('node:zlib');
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32));
    const answer = await fetch(chatUrl(), {
      method: 'POST',
      headers: {
        authorization: `Bearer ${world.token.key}`,
        'content-type': 'application/json',
        'content-encoding': 'gzip',
      },
      body: new Uint8Array(bomb),
    });
    expect([400, 413, 415]).toContain(answer.status);
    await errorOf(answer);
  });

  it.each([
    ['no boundary', 'multipart/form-data', 'x'],
    ['a boundary that never comes', 'multipart/form-data; boundary=abc', 'nothing of the kind'],
    ['no model', 'multipart/form-data; boundary=abc', '--abc--\r\n'],
    [
      'an unfinished part',
      'multipart/form-data; boundary=abc',
      '--abc\r\nContent-Disposition: form-data; name="model"\r\n\r\nwhisper-1',
    ],
    ['JSON instead', 'application/json', '{"model":"whisper-1"}'],
  ])('refuses a multipart body with %s', async (_, contentType, body) => {
    const answer = await fetch(`${world.gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token.key}`, 'content-type': contentType },
      body,
    });
    expect(answer.status).toBe(400);
    await errorOf(answer);
  });
});

describe('paths and methods', () => {
  it.each([
    ['POST', '/v1/unknown', 404, 'unknown_url'],
    ['GET', '/v1/', 404, 'unknown_url'],
    ['GET', '/v1/../v1/nothing', 404, 'unknown_url'],
    ['POST', '/v1/%ff', 404, 'unknown_url'],
    ['GET', '/v1/chat/completions/', 405, 'method_not_allowed'],
    ['DELETE', '/v1/embeddings', 405, 'method_not_allowed'],
    ['POST', '/v1/fine_tuning/jobs', 501, 'not_implemented'],
  ])('%s %s answers %i', async (method, path, status, code) => {
    const answer = await fetch(world.gateway.url + path, {
      method,
      headers: { authorization: `Bearer ${world.token.key}` },
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('allow')).toBe(status === 405 ? 'POST' : null);
    expect((await errorOf(answer)).code).toBe(code);
  });

  it('answers unknown paths of the management API with JSON that nobody caches', async () => {
    const answer = await fetch(`${world.gateway.url}/api/nothing`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('cache-control') ?? '').not.toMatch(/max-age=[1-9]/);
    await answer.json();
  });

  it('answers broken JSON on the management API without showing its insides', async () => {
    const answer = await fetch(`${world.gateway.url}/api/user/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"username":',
    });
    const text = await answer.text();
    expect(JSON.parse(text)).toMatchObject({ success: false });
    expect(text).not.toMatch(/node_modules|at .*\.js/);
  });
});

function* manyBytes(length: number): Iterable<string | Buffer> {
  yield headOf(`Content-Length: ${length}`);
  const part = Buffer.alloc(1_000_000, 32);
  for (let sent = 0; sent < length; sent += part.length) yield part;
}

function* manyChunks(megabytes: number): Iterable<string | Buffer> {
  yield headOf('Transfer-Encoding: chunked');
  const part = Buffer.alloc(1_000_000, 32);
  for (let sent = 0; sent < megabytes; sent++) {
    yield `${part.length.toString(16)}\r\n`;
    yield part;
    yield '\r\n';
  }
  yield '0\r\n\r\n';
}

function headOf(...headers: string[]): string {
  return [
    'POST /v1/chat/completions HTTP/1.1',
    'Host: gateway',
    `Authorization: Bearer ${world.token.key}`,
    'Content-Type: application/json',
    ...headers,
    '',
    '',
  ].join('\r\n');
}

describe('raw connections', () => {
  it('refuses 10 000 headers', async () => {
    const headers = Array.from({ length: 10_000 }, (_, at) => `X-Header-${at}: value`);
    const answer = await sendRaw(world.gateway.port, [headOf(...headers, 'Content-Length: 0')]);
    expect(statusesOf(answer)).toEqual([431]);
  });

  it('refuses one header of a megabyte', async () => {
    const answer = await sendRaw(world.gateway.port, [headOf(`X-Long: ${'x'.repeat(1_000_000)}`)]);
    expect(statusesOf(answer)).toEqual([431]);
  });

  const smuggled = 'GET /v1/models HTTP/1.1\r\nHost: gateway\r\n\r\n';
  it.each([
    ['two lengths', ['Content-Length: 5', 'Content-Length: 6']],
    ['a length and chunks', ['Content-Length: 5', 'Transfer-Encoding: chunked']],
    ['an unknown coding', ['Transfer-Encoding: chunked, identity']],
    ['a coding with a blank before the colon', ['Transfer-Encoding : chunked']],
    ['a length with a sign', ['Content-Length: +5']],
    ['a negative length', ['Content-Length: -1']],
    ['a folded header', ['X-Fold: a', ' Transfer-Encoding: chunked']],
    ['a bare line feed', ['X-A: b\nContent-Length: 0']],
  ])('refuses a request with %s, and nothing that hides behind it', async (_, headers) => {
    const answer = await sendRaw(world.gateway.port, [headOf(...headers) + `0\r\n\r\n${smuggled}`]);
    expect(answer.isClosed).toBe(true);
    expect(statusesOf(answer)).toEqual([400]);
  });

  it('refuses chunks whose size lies', async () => {
    const answer = await sendRaw(world.gateway.port, [
      headOf('Transfer-Encoding: chunked'),
      'zz\r\nabc\r\n0\r\n\r\n',
    ]);
    expect(statusesOf(answer)).toEqual([400]);
  });

  it('serves clients that name it whole, as they would a proxy', async () => {
    const answer = await sendRaw(world.gateway.port, [
      `GET http://gateway:1/v1/models?x=1 HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\nAuthorization: Bearer ${world.token.key}\r\n\r\n`,
    ]);
    expect(statusesOf(answer)).toEqual([200]);
  });

  it('says what is missing to a client that names no host', async () => {
    const answer = await sendRaw(world.gateway.port, ['GET /v1/models HTTP/1.1\r\n\r\n']);
    expect(statusesOf(answer)).toEqual([400]);
    expect(answer.text).toMatch(/'Host' is missing.*\(request id: /);
    expect(answer.text).toMatch(/\r\nx-request-id: [\w-]+\r\n/);
    expect(answer.isClosed).toBe(true);
  });

  it('refuses what is no HTTP', async () => {
    const answer = await sendRaw(world.gateway.port, [
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\r\n\r\n',
    ]);
    expect(statusesOf(answer)).toEqual([400]);
  });

  it('answers pipelined requests one after the other, each with its own', async () => {
    const request = `GET /v1/models HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer ${world.token.key}\r\n\r\n`;
    const answer = await sendRaw(world.gateway.port, [request.repeat(3)], 1000);
    expect(statusesOf(answer)).toEqual([200, 200, 200]);
  });

  it('lets go of clients that never finish their head, and serves others meanwhile', async () => {
    await untilSlowOnesAreGone;
  });

  it('frees what a client left that vanished in the middle of its body', async () => {
    const head = headOf('Content-Length: 1000');
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const socket = connect(world.gateway.port, '127.0.0.1');
        await new Promise((resolve) => socket.write(`${head}{"model":`, resolve));
        socket.destroy();
      }),
    );
    const before = await world.admin.getSelf();
    const answer = await world.openai.chat.completions.create(hello);
    expect(answer.choices).toHaveLength(1);
    expect((await world.admin.getSelf()).request_count).toBe(before.request_count + 1);
  });
});
