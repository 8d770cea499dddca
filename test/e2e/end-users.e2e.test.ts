import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { postJson } from '../support/chat-requests.ts';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

const pseudonym = '[A-Za-z0-9_-]{32}';
let world: World;
let upstream: Server;
const bodies: string[] = [];
beforeAll(async () => {
  world = await startWorld();
  upstream = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":[{"b64_json":"aWNoLg=="}],"usage":{"total_tokens":1}}');
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  await world.admin.setOption('ModelRatio', { drawer: 1, embedder: 1 });
  await world.admin.createChannel({
    name: 'recording',
    baseUrl: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    models: ['drawer', 'embedder'],
  });
});
afterAll(async () => {
  await world.stop();
  upstream.closeAllConnections();
  await new Promise((resolve) => upstream.close(resolve));
});
beforeEach(() => {
  bodies.length = 0;
});

async function decide(endUsers: string): Promise<void> {
  const channels = (await world.admin.call('GET', '/api/channel/search?keyword=recording')) as {
    id: number;
  }[];
  const config = JSON.stringify({ end_users: endUsers });
  await world.admin.call('PUT', '/api/channel/', { id: channels[0]!.id, config });
}

async function edit(): Promise<string> {
  const form = new FormData();
  form.set('model', 'drawer');
  form.set('user', 'alice');
  form.set('prompt', 'a road');
  form.set('image', new Blob(['png'], { type: 'image/png' }), 'a.png');
  const answer = await fetch(`${world.gateway.url}/v1/images/edits`, {
    method: 'POST',
    headers: { authorization: `Bearer ${world.token.key}` },
    body: form,
  });
  expect({ status: answer.status, body: await answer.text() }).toMatchObject({ status: 200 });
  return bodies.splice(0).join('');
}

async function embed(): Promise<string> {
  const body = { model: 'embedder', input: 'Hi', user: 'alice' };
  await (await postJson(`${world.gateway.url}/v1/embeddings`, world.token.key, body)).text();
  return bodies.splice(0).join('');
}

describe('a client’s user, beside conversations,', () => {
  it('is named as it was unless the channel says otherwise', async () => {
    await decide('keep');
    expect(await edit()).toContain('name="user"\r\n\r\nalice\r\n');
    expect(JSON.parse(await embed())).toMatchObject({ user: 'alice' });
  });

  it('has one pseudonym in JSON and in forms', async () => {
    await decide('hash');
    const form = await edit();
    const [, name] = new RegExp(`name="user"\\r\\n\\r\\n(${pseudonym})\\r\\n`).exec(form) ?? [];
    expect(name).toBeDefined();
    expect(form).toContain('a road');
    expect(JSON.parse(await embed())).toMatchObject({ user: name, input: 'Hi' });
  });

  it('is dropped', async () => {
    await decide('drop');
    expect(await edit()).not.toContain('alice');
    expect(JSON.parse(await embed())).toEqual({ model: 'embedder', input: 'Hi' });
  });
});
