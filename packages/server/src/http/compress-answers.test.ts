import { once } from 'node:events';
import { createServer, request as sendRequest, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { RequestHandler } from 'express';
import type { Gateway } from '../compose/gateway.ts';
import { createApp } from './create-app.ts';

type Management = ReturnType<Gateway['management']>;

let server: Server;
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

/** An app whose management API answers everything under `/api` as it is told; a function that calls it. */
async function open(answer: RequestHandler) {
  const router: RequestHandler = (request, response, next) => {
    if (request.path.startsWith('/api')) void answer(request, response, next);
    else next();
  };
  const app = createApp({
    gateway: {
      management: () => ({ master: { router } }) as unknown as Management,
      rateLimiter: {
        take: () => Promise.resolve({ allowed: true }),
        forget: () => Promise.resolve(),
      },
    },
    health: {
      findObstacles: () => [],
      metrics: () => Promise.resolve('figures'),
      contentType: 'text/plain',
    },
    hasDatabase: true,
    frontendBaseUrl: undefined,
    trustedProxies: [],
    globalWebRateLimit: 0,
  });
  server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return (path: string, headers: Record<string, string> = { 'accept-encoding': 'gzip' }) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      sendRequest({ port, host: '127.0.0.1', path, headers }, resolve).on('error', reject).end();
    });
}

async function unzip(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return gunzipSync(Buffer.concat(chunks)).toString();
}

describe('answers that are not relayed', () => {
  it('are compressed for who accepts it, however small they are', async () => {
    const call = await open((_request, response) => void response.json({ success: true }));
    const { headers } = await call('/api/status', {});
    const response = await call('/api/status');

    expect(headers).not.toHaveProperty('content-encoding');
    expect(response.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
    expect(await unzip(response)).toBe('{"success":true}');
  });

  it('are so too where nothing is found', async () => {
    const call = await open((_request, response) => void response.end());
    const response = await call('/nothing');

    expect(response.headers['content-encoding']).toBe('gzip');
    expect(await unzip(response)).toContain('unknown_url');
  });

  it('arrive whole where they are written bit by bit', async () => {
    const rows = Array.from({ length: 50_000 }, (_, index) => `${String(index)},a row\n`);
    const call = await open((_request, response) =>
      pipeline(Readable.from(rows), response.type('text/csv')),
    );
    const response = await call('/api/log/export');

    expect(response.headers['content-encoding']).toBe('gzip');
    expect(await unzip(response)).toBe(rows.join(''));
  });

  it('are not taken for whole where they break off', async () => {
    function* fail() {
      for (let row = 0; row < 50_000; row += 1) yield `${String(row)},a row\n`;
      throw new Error('the database went away');
    }
    const call = await open(async (_request, response) => {
      await pipeline(Readable.from(fail()), response.type('text/csv')).catch(() => undefined);
    });

    await expect(call('/api/log/export').then(unzip)).rejects.toThrow();
  });

  it('leave streams of events alone, which must not be held back', async () => {
    const call = await open((_request, response) => {
      response.type('text/event-stream').write('data: first\n\n');
    });
    const response = await call('/api/events');

    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(String((await once(response, 'data'))[0])).toBe('data: first\n\n');
  });

  it('tell figures to Prometheus as they are', async () => {
    const call = await open((_request, response) => void response.end());
    const response = await call('/metrics');

    expect(response.headers).not.toHaveProperty('content-encoding');
    expect(await text(response)).toBe('figures');
  });
});
