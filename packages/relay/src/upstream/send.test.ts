import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, type Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import { TICK_MS, type Ticker, type Ticking } from '../http/stream-ticker.ts';
import { createUpstreamPools, type UpstreamPools } from './pools.ts';
import { send, type AnswerReceiver, type UpstreamTimeouts } from './send.ts';

const LIMIT_MS = 20_000;

/** A clock that the test moves. */
class ManualTicker implements Ticker {
  now = 1_000_000;
  readonly #members = new Set<Ticking>();

  get size(): number {
    return this.#members.size;
  }

  add(member: Ticking): void {
    this.#members.add(member);
  }

  remove(member: Ticking): void {
    this.#members.delete(member);
  }

  pass(ms: number): void {
    this.now += ms;
    for (const member of this.#members) member.onTick(this.now);
  }
}

describe('send', () => {
  let server: Server;
  let pools: UpstreamPools;
  let origin: string;
  let answer: (response: ServerResponse) => void;
  let received: (chunk: Buffer) => void;
  beforeEach(async () => {
    received = () => undefined;
    server = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        received(chunk);
      });
      request.on('end', () => {
        answer(response);
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    pools = createUpstreamPools({ connectTimeoutMs: 5000 });
  });
  afterEach(async () => {
    await pools.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  /** A call, and what its receiver saw: the status, each piece, and how it ended. */
  function call(timeouts: Partial<UpstreamTimeouts>, body: Buffer | Readable = Buffer.from('{}')) {
    const ticker = new ManualTicker();
    const seen: string[] = [];
    const news = new EventEmitter();
    const note = (what: string): void => {
      seen.push(what);
      news.emit('news');
    };
    const receiver: AnswerReceiver = {
      onHead: (status) => {
        note(String(status));
      },
      onChunk: (chunk) => {
        note(chunk.toString());
      },
      onEnd: () => {
        note('end');
      },
      onFailure: note,
    };
    const request = { origin, path: '/', headers: [], body };
    const limits = { headTimeoutMs: 0, idleTimeoutMs: 0, ...timeouts };
    const sent = send(pools.poolFor(origin), request, limits, receiver, ticker);
    async function until(last: string): Promise<string[]> {
      while (seen.at(-1) !== last) await once(news, 'news');
      return seen;
    }
    return { sent, seen, until, ticker };
  }

  it('gives the answer, piece by piece, and is over then', async () => {
    answer = (response) => response.end('whole');
    const { until, ticker } = call({});
    expect(ticker.size).toBe(1);
    expect(await until('end')).toEqual(['200', 'whole', 'end']);
    expect(ticker.size).toBe(0);
  });

  it('fails where the head does not come in time, and closes the connection', async () => {
    const asked = new Promise<ServerResponse>((resolve) => (answer = resolve));
    const { seen, ticker } = call({ headTimeoutMs: LIMIT_MS });
    const closed = once(await asked, 'close');
    ticker.pass(LIMIT_MS);
    expect(seen).toEqual([]);
    ticker.pass(TICK_MS);
    expect(seen).toEqual(['timeout']);
    await closed;
    expect(ticker.size).toBe(0);
  });

  it('fails where an answer falls silent, and closes the connection', async () => {
    let closed: Promise<unknown> | undefined;
    answer = (response) => {
      closed = once(response, 'close');
      response.write('part');
    };
    const { until, seen, ticker } = call({ headTimeoutMs: 1, idleTimeoutMs: LIMIT_MS });
    await until('part');
    ticker.pass(LIMIT_MS);
    expect(seen).toEqual(['200', 'part']);
    ticker.pass(TICK_MS);
    expect(seen).toEqual(['200', 'part', 'timeout']);
    await closed;
  });

  it('waits as long as pieces keep coming', async () => {
    const opened = new Promise<ServerResponse>((resolve) => (answer = resolve));
    const { until, ticker } = call({ idleTimeoutMs: LIMIT_MS });
    const response = await opened;
    for (const piece of ['a', 'b', 'c', 'd']) {
      response.write(piece);
      await until(piece);
      ticker.pass(LIMIT_MS);
    }
    response.end();
    expect(await until('end')).toEqual(['200', 'a', 'b', 'c', 'd', 'end']);
  });

  it('does not count the time in which its own side does not read', async () => {
    const opened = new Promise<ServerResponse>((resolve) => (answer = resolve));
    const { until, sent, ticker } = call({ idleTimeoutMs: LIMIT_MS });
    const response = await opened;
    response.write('part');
    await until('part');
    sent.pause();
    ticker.pass(10 * LIMIT_MS);
    sent.resume();
    ticker.pass(LIMIT_MS);
    response.end('rest');
    expect(await until('end')).toEqual(['200', 'part', 'rest', 'end']);
  });

  it('does not count a body that is still being sent', async () => {
    answer = (response) => response.end('taken');
    const body = new PassThrough();
    const { until, ticker } = call({ headTimeoutMs: LIMIT_MS }, body);
    let written = 0;
    received = (chunk) => (written += chunk.length);
    for (let n = 1; n <= 4; n += 1) {
      body.write('x');
      await waitUntil(() => written === n);
      ticker.pass(LIMIT_MS);
    }
    body.end();
    expect(await until('end')).toEqual(['200', 'taken', 'end']);
  });

  it('says that it was aborted, once', async () => {
    answer = (response) => response.write('part');
    const { until, sent, seen } = call({});
    await until('part');
    sent.abort();
    sent.abort();
    expect(await until('aborted')).toEqual(['200', 'part', 'aborted']);
    expect(seen).toHaveLength(3);
  });

  it('says what a connection that ends too early is', async () => {
    answer = (response) => {
      response.write('part', () => response.destroy());
    };
    expect(await call({}).until('cut')).toEqual(['200', 'part', 'cut']);
    answer = (response) => response.destroy();
    expect(await call({}).until('unreachable')).toEqual(['unreachable']);
  });
});
