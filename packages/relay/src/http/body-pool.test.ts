import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { BodyPool } from './body-pool.ts';

describe('BodyPool', () => {
  let answer: RequestListener;
  let server: Server;
  let upstream: Pool;
  let pool: BodyPool;
  beforeEach(async () => {
    server = createServer((request, response) => {
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    upstream = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    pool = new BodyPool();
  });
  afterEach(async () => {
    pool.close();
    await upstream.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function send(body: Buffer): Promise<number> {
    const { statusCode, body: answered } = await upstream.request({
      path: '/',
      method: 'POST',
      body,
    });
    await answered.text();
    return statusCode;
  }

  const readAll: RequestListener = (request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.on('end', () => response.end(String(bytes)));
  };

  /** The answer is complete for its client, but never ended here: then Node would read and drop the rest of the request. */
  const answerEarly: RequestListener = (request, response) => {
    request.pause();
    response.writeHead(413, { 'content-length': '8' }).write('too much');
  };

  it('lends memory again once an upstream has all of it', async () => {
    answer = readAll;
    const first = pool.take(400_000);
    expect(first).toHaveLength(400_000);
    await send(first);
    pool.giveBack(first);

    const second = pool.take(300_000);
    const third = pool.take(300_000);

    expect(second).toHaveLength(300_000);
    expect(second.buffer).toBe(first.buffer);
    expect(third.buffer).not.toBe(first.buffer);
  });

  it('lends nothing twice, however often it is given back', async () => {
    answer = readAll;
    const first = pool.take(100_000);
    await send(first);
    pool.giveBack(first);
    pool.giveBack(first);

    expect(pool.take(100_000).buffer).toBe(first.buffer);
    pool.giveBack(first);
    expect(pool.take(100_000).buffer).not.toBe(first.buffer);
  });

  it('gives up memory of which an upstream that answered early has not taken everything', async () => {
    answer = answerEarly;
    // More than the system takes in for a reader that does not read.
    const body = pool.take(4_000_000);
    const { buffer } = body;
    expect(await send(body)).toBe(413);
    pool.giveBack(body);

    expect(pool.take(4_000_000).buffer).not.toBe(buffer);
  });

  it('gives up memory that was never sent, or whose connection broke', async () => {
    answer = (request) => request.socket.destroy();
    const unsent = pool.take(100_000);
    const broken = pool.take(100_000);
    await expect(send(broken)).rejects.toThrow();
    pool.giveBack(unsent);
    pool.giveBack(broken);

    const next = pool.take(100_000);
    expect([unsent.buffer, broken.buffer]).not.toContain(next.buffer);
  });

  it('gives up memory of which one of two upstreams has not taken everything', async () => {
    answer = readAll;
    const body = pool.take(4_000_000);
    await send(body);
    answer = answerEarly;
    await send(body);
    pool.giveBack(body);

    expect(pool.take(4_000_000).buffer).not.toBe(body.buffer);
  });

  it('knows nothing of buffers from elsewhere', () => {
    const huge = pool.take(8_000_000);
    pool.giveBack(huge);
    pool.giveBack(Buffer.alloc(100_000));
    expect(pool.take(8_000_000).buffer).not.toBe(huge.buffer);
  });
});
