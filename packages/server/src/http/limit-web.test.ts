import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LimitResult, RateLimiter } from '@turnpike/core';
import { createApp } from './create-app.ts';

let server: Server;
afterEach(async () => {
  server.close();
  await once(server, 'close');
});

/** An app in front of a limiter that refuses as it is told, and notes what it was asked. */
async function open(
  take: RateLimiter['take'],
  settings: { globalWebRateLimit?: number; trustedProxies?: string[] } = {},
) {
  const app = createApp({
    gateway: {
      management: () => undefined,
      rateLimiter: { take, forget: () => Promise.resolve() },
    },
    health: {
      findObstacles: () => [],
      metrics: () => Promise.resolve(''),
      contentType: 'text/plain',
    },
    hasDatabase: true,
    frontendBaseUrl: undefined,
    trustedProxies: [],
    globalWebRateLimit: 240,
    ...settings,
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers });
}

describe('the limit for pages and unknown paths', () => {
  it('refuses without a body, and says how long to wait', async () => {
    const call = await open(() => Promise.resolve({ allowed: false, retryAfterMs: 1500 }));
    const response = await call('/some/page');
    expect([response.status, response.headers.get('retry-after'), await response.text()]).toEqual([
      ...[429, '2', ''],
    ]);
  });

  it('counts each address, which only a trusted proxy may tell', async () => {
    const keys: string[] = [];
    const take = (key: string, limit: object): Promise<LimitResult> => {
      keys.push(`${key} ${JSON.stringify(limit)}`);
      return Promise.resolve({ allowed: true });
    };
    const call = await open(take, { trustedProxies: ['loopback'] });
    expect((await call('/nothing', { 'x-forwarded-for': '203.0.113.7' })).status).toBe(404);
    expect(keys).toEqual(['GW:203.0.113.7 {"count":240,"windowMs":180000}']);
  });

  it('counts the connection where no proxy is trusted, and nothing for health or a limit of 0', async () => {
    const keys: string[] = [];
    const take = (key: string): Promise<LimitResult> => {
      keys.push(key);
      return Promise.resolve({ allowed: true });
    };
    const call = await open(take);
    await call('/nothing', { 'x-forwarded-for': '203.0.113.7' });
    await call('/healthz');
    server.close();
    await once(server, 'close');
    await (
      await open(take, { globalWebRateLimit: 0 })
    )('/nothing');
    expect(keys).toEqual(['GW:127.0.0.1']);
  });

  it('lets everybody in where nobody can count', async () => {
    const call = await open(() => Promise.reject(new Error('Redis is away')));
    expect((await call('/')).status).toBe(200);
  });
});
