import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { hello, postJson, simulate } from '../support/chat-requests.ts';
import { connect } from 'node:net';
import { logIn } from '../support/admin-client.mjs';
import { startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(60_000);

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.stop());

const running = (): number =>
  world.provider.requests.list(0, 10_000).filter(({ end }) => end === 'running').length;

describe('SIGTERM', () => {
  it('cuts no answer, loses no bill, and ends with 0', async () => {
    const url = `${world.gateway.url}/v1/chat/completions`;
    const streams = Array.from({ length: 10 }, () =>
      postJson(url, world.token.key, {
        ...hello,
        stream: true,
        ...simulate({ chunks: 40, delay: 25 }),
      }).then((answer) => answer.text()),
    );
    const wholes = Array.from({ length: 10 }, () =>
      postJson(url, world.token.key, { ...hello, ...simulate({ latency: 800 }) }).then((answer) =>
        answer.json(),
      ),
    );
    await waitFor('all requests to be upstream', () => running() === 20);
    const exit = await world.gateway.kill('SIGTERM');
    expect(exit).toEqual({ code: 0, signal: null });
    for (const text of await Promise.all(streams)) expect(text).toMatch(/data: \[DONE\]\n\n$/);
    for (const body of await Promise.all(wholes)) expect(body).toHaveProperty('usage');

    await world.gateway.start();
    const admin = await logIn(world.gateway.url);
    expect((await admin.getSelf()).request_count).toBe(20);
    const rows = await admin.listLogs('type=2');
    expect(rows).toHaveLength(20);
  });

  it('refuses new requests while it ends, in a way that makes clients try again', async () => {
    const url = `${world.gateway.url}/v1/chat/completions`;
    const slow = postJson(url, world.token.key, { ...hello, ...simulate({ latency: 1500 }) });
    await waitFor('the slow request', () => running() === 1);
    const exited = world.gateway.kill('SIGTERM');
    const refusal = await waitFor('the refusal', async () => {
      const next = await postJson(url, world.token.key, hello).catch(() => 'refused' as const);
      if (next === 'refused') return next;
      await next.text();
      return next.status === 503 ? 'unavailable' : undefined;
    });
    expect(['refused', 'unavailable']).toContain(refusal);
    expect((await slow).status).toBe(200);
    expect((await exited).code).toBe(0);
  });

  it('does not wait for clients that ignore their refusal', async () => {
    const sockets = Array.from({ length: 10 }, () => connect(world.gateway.port, '127.0.0.1'));
    for (const socket of sockets) socket.on('error', () => undefined).write('NONSENSE\r\n\r\n');
    await fetch(`${world.gateway.url}/healthz`).then((answer) => answer.text());
    const startedAt = Date.now();
    await world.gateway.kill('SIGTERM');
    expect(Date.now() - startedAt).toBeLessThan(5000);
    for (const socket of sockets) socket.destroy();
  });

  it('does not wait for idle connections', async () => {
    await fetch(`${world.gateway.url}/healthz`).then((answer) => answer.text());
    const startedAt = Date.now();
    await world.gateway.kill('SIGTERM');
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });
});
