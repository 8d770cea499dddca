import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startWorld, type World } from '../../support/start-world.ts';

jest.setTimeout(60_000);

let world: World;
let server: Server;
let seen: { line: string; authorization: string | undefined; body: string }[] = [];

beforeAll(async () => {
  world = await startWorld();
  server = createServer((request, response) => {
    void buffer(request).then((body) => {
      seen.push({
        line: `${request.method ?? ''} ${request.url ?? ''}`,
        authorization: request.headers.authorization,
        body: body.toString('utf8'),
      });
      response.writeHead(request.url?.includes('missing') ? 404 : 200, {
        'content-type': 'application/json',
      });
      response.end('{"id":"file-1"}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const channel = await world.admin.createChannel({
    name: 'files',
    key: 'sk-upstream',
    baseUrl: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    models: ['gpt-4o'],
  });
  await world.admin.setOption('AccountResourcesChannel', String(channel.id));
});
afterAll(async () => {
  await world.stop();
  server.closeAllConnections();
  server.close();
});

function ask(method: string, path: string, key = world.token.key, body?: FormData) {
  return fetch(world.gateway.url + path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body }),
  });
}

describe('what an account keeps', () => {
  it('is passed to the channel that an option names', async () => {
    seen = [];
    const form = new FormData();
    form.set('purpose', 'batch');
    form.set('file', new Blob(['{"custom_id":"1"}']), 'batch.jsonl');
    const made = await ask('POST', '/v1/files', world.token.key, form);
    expect(await made.json()).toEqual({ id: 'file-1' });
    const missing = await ask('GET', '/v1/files/missing?x=1');
    expect(missing.status).toBe(404);
    expect(seen.map(({ line }) => line)).toEqual(['POST /v1/files', 'GET /v1/files/missing?x=1']);
    expect(seen[0]!.body).toContain('"custom_id":"1"');
    expect(seen[0]!.authorization).toBe('Bearer sk-upstream');
    expect(made.headers.get('x-request-id')).toMatch(/./);
  });

  it('is out of reach for everybody but administrators, and SDKs do not try again', async () => {
    seen = [];
    const user = await world.admin.createUser({ username: 'nosy', quota: 1000 });
    const { key } = await user.createToken();
    const answer = await ask('GET', '/v1/files', key);
    expect(answer.status).toBe(501);
    expect(answer.headers.get('x-should-retry')).toBe('false');
    expect(seen).toEqual([]);
    expect((await ask('GET', '/v1/files', 'sk-nobody')).status).toBe(401);
  });
});
