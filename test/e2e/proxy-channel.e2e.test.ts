import {
  createServer,
  request as ask,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '../support/wait-for.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

interface Seen {
  line: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

let world: World;
let server: Server;
let baseUrl: string;
let channel: number;
let seen: Seen[] = [];
let closed = 0;

/** Whatever is asked is remembered; the path says how it is answered. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  response.on('close', () => {
    if (!response.writableFinished) closed += 1;
  });
  void buffer(request).then((body) => {
    const path = request.url ?? '';
    seen.push({ line: `${request.method ?? ''} ${path}`, headers: request.headers, body });
    if (path.includes('/cut')) {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => request.socket.destroy());
      return;
    }
    if (path.includes('/endless')) {
      response.writeHead(200);
      response.write('first');
      return;
    }
    const status = Number(/\/status\/(\d+)/.exec(path)?.[1] ?? 200);
    response.writeHead(status, {
      'content-type': 'application/x-anything',
      'x-theirs': 'yes',
      'x-request-id': 'theirs',
      'strict-transport-security': 'max-age=1',
      'set-cookie': ['a=1', 'session=stolen', 'b=2'],
      ...(status === 302 && { location: 'http://127.0.0.1:1/elsewhere' }),
    });
    response.end('their answer');
  });
}

beforeAll(async () => {
  world = await startWorld({ env: { RELAY_TIMEOUT: '5' } });
  server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  channel = await createProxy('proxy', `${baseUrl}/base`);
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});

async function createProxy(name: string, url: string): Promise<number> {
  const row = await world.admin.createChannel({
    name,
    type: 43,
    key: 'Custom channel-secret',
    baseUrl: url,
    models: [],
  });
  return row.id;
}

interface Sent {
  path: string;
  method?: string;
  key?: string;
  headers?: Record<string, string | string[]>;
  body?: Buffer | string;
}

/** `fetch` would put paths in order, and answer redirects itself. */
async function send({ path, method = 'GET', key, headers = {}, body }: Sent) {
  const url = new URL(world.gateway.url);
  const outgoing = ask({
    host: url.hostname,
    port: url.port,
    path: `/v1/oneapi/proxy/${path}`,
    method,
    headers: { authorization: `Bearer ${key ?? world.token.key}`, ...headers },
  });
  outgoing.end(body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject);
  });
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

describe('a proxy channel', () => {
  it('gets every method, its path, query, headers and bytes as they are, with its own key', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    const answered = await send({
      path: `${String(channel)}/v2//some%20thing/embeddings/?a=1&b=%2F`,
      method: 'PATCH',
      headers: {
        'content-type': 'application/json',
        'x-mine': 'kept',
        'x-api-key': world.token.key,
        cookie: 'session=mine; other=1',
        connection: 'keep-alive, x-hop',
        'x-hop': 'not further',
      },
      body: bytes,
    });
    expect(answered).toMatchObject({ status: 200, text: 'their answer' });
    expect(seen.map(({ line }) => line)).toEqual([
      'PATCH /base/v2//some%20thing/embeddings/?a=1&b=%2F',
    ]);
    expect(seen[0]!.body).toEqual(bytes);
    const { headers } = seen[0]!;
    expect(headers).toMatchObject({
      authorization: 'Custom channel-secret',
      'content-type': 'application/json',
      'x-mine': 'kept',
      cookie: 'other=1',
    });
    expect(headers.host).toBe(new URL(baseUrl).host);
    expect(headers).not.toHaveProperty('x-hop');
    expect(JSON.stringify(headers)).not.toContain(world.token.key.slice(3));
  });

  it('has its answers go back as they are, but for what would be ours to say', async () => {
    const { headers } = await send({ path: `${String(channel)}/x`, method: 'HEAD' });
    expect(headers).toMatchObject({
      'content-type': 'application/x-anything',
      'x-theirs': 'yes',
      'set-cookie': ['a=1', 'b=2'],
    });
    expect(headers['x-request-id']).not.toBe('theirs');
    expect(headers).not.toHaveProperty('strict-transport-security');
    const refused = await send({ path: `${String(channel)}/status/401` });
    expect(refused).toMatchObject({ status: 401, text: 'their answer' });
    const moved = await send({ path: `${String(channel)}/status/302` });
    expect(moved.status).toBe(302);
    expect(moved.headers.location).toBe('http://127.0.0.1:1/elsewhere');
    expect((await world.admin.getChannel(channel)).status).toBe(1);
  });

  it('takes a body that is far larger than those the gateway reads', async () => {
    const large = Buffer.alloc(40 * 1024 * 1024, 7);
    const answered = await send({ path: `${String(channel)}/put`, method: 'PUT', body: large });
    expect(answered.status).toBe(200);
    expect(seen[0]!.body.equals(large)).toBe(true);
  });

  it('is for administrators, and for keys that are not limited to models', async () => {
    const user = await world.admin.createUser({ username: 'nosy', quota: 1000 });
    const { key } = await user.createToken();
    const refused = await send({ path: `${String(channel)}/x`, key });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code: 'channel_pin_not_allowed' } });
    const limited = await world.admin.createToken({ name: 'limited', models: 'gpt-4o' });
    const notAllowed = await send({ path: `${String(channel)}/x`, key: limited.key });
    expect(JSON.parse(notAllowed.text)).toMatchObject({ error: { code: 'model_not_allowed' } });
    expect((await send({ path: `${String(channel)}/x`, key: 'nobody' })).status).toBe(401);
    expect(seen).toEqual([]);
  });

  it.each([
    ['absent', '999999/x', 400, 'channel_not_found'],
    ['no number', 'abc/x', 400, 'channel_not_found'],
    ['of another kind', 'OTHER/x', 400, 'invalid_request'],
    ['left by its path', 'CHANNEL/../secret', 400, 'invalid_request'],
    ['left by its path in disguise', 'CHANNEL/a/%2E%2e%2fsecret', 400, 'invalid_request'],
    ['left by a wrong stroke', 'CHANNEL/..\\secret', 400, 'invalid_request'],
  ])('is refused where it is %s', async (_case, path, status, code) => {
    const filled = path
      .replace('CHANNEL', String(channel))
      .replace('OTHER', String(world.channel.id));
    const refused = await send({ path: filled });
    expect(refused.status).toBe(status);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { code } });
    expect(seen).toEqual([]);
  });

  it('tells that its upstream cannot be reached, and breaks an answer that broke', async () => {
    const nowhere = await createProxy('nowhere', 'http://127.0.0.1:1');
    const failed = await send({ path: `${String(nowhere)}/x` });
    expect(failed.status).toBe(502);
    expect(JSON.parse(failed.text)).toMatchObject({ error: { code: 'upstream_unreachable' } });
    await expect(send({ path: `${String(channel)}/cut` })).rejects.toThrow(/aborted|hang up/);
  });

  it('has nothing that a channel test could ask for, and its test says so', async () => {
    const answered = await world.admin
      .call('GET', `/api/channel/test/${String(channel)}`)
      .catch((error: unknown) => error);
    expect(String(answered)).toMatch(/type 43 \(Proxy\) have nothing that a test could ask for/);
    expect(seen).toEqual([]);
  });

  it('lets its upstream go when the client does', async () => {
    closed = 0;
    const url = `${world.gateway.url}/v1/oneapi/proxy/${String(channel)}/endless`;
    const abort = new AbortController();
    const headers = { authorization: `Bearer ${world.token.key}` };
    const response = await fetch(url, { headers, signal: abort.signal });
    expect(response.status).toBe(200);
    abort.abort();
    await waitFor('the upstream to be let go', () => closed === 1);
  });

  it('has each request in the log, free until a price is set, then charged before the last byte', async () => {
    const before = await figures();
    await send({ path: `${String(channel)}/x` });
    expect(await figures()).toEqual({ ...before, rows: before.rows + 1 });
    await world.admin.setOption('ModelPrice', '{"proxy":0.01}');
    await send({ path: `${String(channel)}/x` });
    await send({ path: `${String(channel)}/status/500` });
    expect(await figures()).toEqual({
      rows: before.rows + 3,
      logged: before.logged + 5000,
      spent: before.spent + 5000,
    });
  });
});

async function figures(): Promise<{ rows: number; logged: number; spent: number }> {
  const rows = await world.admin.listLogs('model_name=proxy&page_size=100');
  return {
    rows: rows.length,
    logged: rows.reduce((sum, { quota }) => sum + quota, 0),
    spent: (await world.admin.getSelf()).used_quota,
  };
}
