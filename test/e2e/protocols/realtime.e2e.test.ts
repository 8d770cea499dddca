import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { startWorld, type World } from '../../support/start-world.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(60_000);

let world: World;
let server: Server;
/** Headers and path that each session came with. */
let seen: { path: string; authorization: string | undefined; apiKey?: string }[] = [];

const usage = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: { text_tokens: 100, audio_tokens: 0, cached_tokens: 20 },
  output_token_details: { text_tokens: 50, audio_tokens: 0 },
};

beforeAll(async () => {
  world = await startWorld();
  await world.admin.setOption('ModelRatio', { 'gpt-realtime': 2 });
  server = createServer();
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const { authorization, 'api-key': apiKey } = request.headers;
    seen.push({
      path: request.url ?? '',
      authorization,
      ...(typeof apiKey === 'string' && { apiKey }),
    });
    socket.send(JSON.stringify({ type: 'session.created', session: { model: 'upstream' } }));
    socket.on('message', (data: Buffer) => {
      const event = JSON.parse(data.toString()) as { type: string };
      if (event.type !== 'response.create') return;
      socket.send(JSON.stringify({ type: 'response.created' }));
      socket.send(JSON.stringify({ type: 'response.output_text.delta', delta: 'Hello' }));
      socket.send(JSON.stringify({ type: 'response.done', response: { usage } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await world.admin.createChannel({
    name: 'realtime',
    key: 'sk-upstream',
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    models: ['gpt-realtime'],
  });
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  server.close();
});

/** A session with what it was told, in order. */
interface Session {
  socket: WebSocket;
  events: { type: string }[];
  closed: Promise<number>;
}

function open(
  key: string | undefined,
  protocols: string[] = [],
  query = '?model=gpt-realtime',
): Promise<Session> {
  const url = `${world.gateway.url.replace('http', 'ws')}/v1/realtime${query}`;
  const socket = new WebSocket(url, protocols, {
    ...(key !== undefined && { headers: { authorization: `Bearer ${key}` } }),
  });
  const events: { type: string }[] = [];
  socket.on('message', (data: Buffer) =>
    events.push(JSON.parse(data.toString()) as { type: string }),
  );
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      resolve({ socket, events, closed });
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      reject(new Error(`status ${String(response.statusCode)}`));
    });
    socket.on('error', () => undefined);
  });
}

function talk({ socket, events }: Session): Promise<true> {
  const before = events.filter(({ type }) => type === 'response.done').length;
  socket.send(JSON.stringify({ type: 'response.create' }));
  return waitFor('the response', () =>
    events.filter(({ type }) => type === 'response.done').length > before ? true : undefined,
  );
}

describe('a realtime session', () => {
  it('is relayed to the upstream with the channel’s key, and each response is billed', async () => {
    seen = [];
    const user = await world.admin.createUser({ username: 'talker', quota: 1_000_000 });
    const { key } = await user.createToken();
    const session = await open(key);
    await talk(session);
    await talk(session);
    expect(session.events.map(({ type }) => type)).toEqual([
      'session.created',
      ...Array.from({ length: 2 }, () => [
        'response.created',
        'response.output_text.delta',
        'response.done',
      ]).flat(),
    ]);
    expect(seen).toEqual([
      { path: '/v1/realtime?model=gpt-realtime', authorization: 'Bearer sk-upstream' },
    ]);
    session.socket.close(1000);
    await session.closed;
    const rows = await waitFor('both bills', async () => {
      const all = await world.admin.listLogs('type=2');
      const found = all.filter(({ username }) => username === 'talker');
      return found.length === 2 ? found : undefined;
    });
    for (const row of rows)
      expect(row).toMatchObject({ prompt_tokens: 100, completion_tokens: 50 });
    const self = await user.getSelf();
    expect(self.used_quota).toBe(rows.reduce((sum, { quota }) => sum + quota, 0));
  });

  it.each([
    ['dated', '2025-04-01-preview', '/openai/realtime?api-version=2025-04-01-preview&deployment='],
    ['v1', 'v1', '/openai/v1/realtime?model='],
  ])('is relayed to Azure too (%s API)', async (name, version, path) => {
    seen = [];
    const model = `gpt-realtime-${name}`;
    await world.admin.setOption('ModelRatio', { 'gpt-realtime': 2, [model]: 2 });
    await world.admin.createChannel({
      name,
      type: 3,
      key: 'azure-key',
      baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      models: [model],
      config: JSON.stringify({ api_version: version }),
    });
    const user = await world.admin.createUser({ username: `azure-${name}`, quota: 1_000_000 });
    const session = await open((await user.createToken()).key, [], `?model=${model}`);
    await talk(session);
    expect(seen).toEqual([
      { path: `${path}${model}`, authorization: undefined, apiKey: 'azure-key' },
    ]);
    session.socket.close(1000);
    await session.closed;
    const { used_quota: used } = await waitFor('the bill', async () => {
      const self = await user.getSelf();
      return self.used_quota > 0 && self;
    });
    // 80 new and 20 cached tokens in at ratio 2, and 50 out: the price has no other proportions.
    expect(used).toBe((100 + 50) * 2);
  });

  it('takes the key of a browser as a protocol, and does not send it back', async () => {
    const session = await open(undefined, [
      'realtime',
      `openai-insecure-api-key.${world.token.key}`,
    ]);
    expect(session.socket.protocol).toBe('realtime');
    session.socket.close();
  });

  it.each([
    ['without a key', undefined, '?model=gpt-realtime', 401],
    ['without a model', 'mine', '', 400],
    ['for a model that nobody has', 'mine', '?model=nobody', 404],
  ])('is refused %s', async (_what, whose, query, status) => {
    const key = whose === undefined ? undefined : world.token.key;
    await expect(open(key, [], query)).rejects.toThrow(`status ${String(status)}`);
  });

  it('ends with the budget, and says why', async () => {
    const price = 2 * (100 + 50);
    const user = await world.admin.createUser({ username: 'poor', quota: 16_000 });
    const { key } = await user.createToken();
    const session = await open(key);
    for (let said = 0; said < 30 && session.socket.readyState === WebSocket.OPEN; said += 1)
      await talk(session).catch(() => undefined);
    expect(await session.closed).toBe(1008);
    expect(session.events.at(-1)).toMatchObject({
      type: 'error',
      error: { type: 'insufficient_quota' },
    });
    const self = await user.getSelf();
    expect(self.used_quota).toBeGreaterThanOrEqual(price);
    expect(self.quota).toBeGreaterThanOrEqual(0);
  });

  it('is told when the gateway stops', async () => {
    const session = await open(world.token.key);
    const stopping = world.gateway.stop();
    expect(await session.closed).toBe(1001);
    await stopping;
  });
});
