import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createApp } from './create-app.ts';

let server: Server;
afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** A node without a management API, for now or for ever; asks it. */
async function open(node: { hasDatabase: boolean; frontendBaseUrl?: string }) {
  const app = createApp({
    gateway: {
      management: () => undefined,
      rateLimiter: {
        take: () => Promise.resolve({ allowed: true }),
        forget: () => Promise.resolve(),
      },
    },
    health: {
      findObstacles: () => [],
      metrics: () => Promise.resolve(''),
      contentType: 'text/plain',
    },
    frontendBaseUrl: undefined,
    trustedProxies: [],
    globalWebRateLimit: 0,
    ...node,
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return (path: string) => fetch(url + path, { redirect: 'manual' });
}

const managed = ['/api/status', '/API/status', '/dashboard/billing/usage', '/v1/dashboard/billing'];

describe('a node whose database is not there yet', () => {
  it.each(managed)('asks to come back for %s, and redirects nobody', async (path) => {
    const call = await open({ hasDatabase: true, frontendBaseUrl: 'https://console.example.com' });
    const response = await call(path);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await response.json()).toMatchObject({
      ...{ success: false, code: 'not_ready', message: expect.stringContaining('the log') },
      error: { code: 'not_ready', type: 'server_error' },
    });
  });

  it('knows no more paths than others', async () => {
    const call = await open({ hasDatabase: true });
    expect((await call('/apis')).status).toBe(404);
    expect(await (await call('/')).json()).toMatchObject({ management: 'GET /api/status' });
  });
});

describe('a node that has no database', () => {
  it.each(managed)('says of %s where the management API is', async (path) => {
    const response = await (await open({ hasDatabase: false }))(path);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 'unknown_url', message: expect.stringContaining('set FRONTEND_BASE_URL') },
    });
  });

  it('redirects to it where it was told the address', async () => {
    const frontendBaseUrl = 'https://console.example.com';
    const call = await open({ hasDatabase: false, frontendBaseUrl });
    const response = await call('/api/status?x=1');
    expect(response.status).toBe(301);
    expect(response.headers.get('location')).toBe(`${frontendBaseUrl}/api/status?x=1`);
  });

  it('does not promise a management API', async () => {
    const call = await open({ hasDatabase: false });
    expect(await (await call('/')).json()).not.toHaveProperty('management');
  });
});
