import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CredentialCall } from '@turnpike/adaptors';
import { silentLogger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { Credentials } from './credentials.ts';
import { createUpstreamPools } from './pools.ts';

const MINUTE = 60_000;
let server: Server;
let url = '';
let calls: string[] = [];
let status = 200;
let now = 1_790_000_000_000;
const pools = createUpstreamPools({ connectTimeoutMs: 2000 });
let credentials: Credentials;

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls.push(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ token: `token-${String(calls.length)}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/token`;
});
beforeEach(() => {
  calls = [];
  status = 200;
  credentials = new Credentials({ pools, clock: { now: () => now }, logger: silentLogger });
});
afterAll(async () => {
  await pools.close();
  server.close();
});

function callFor(cacheKey: string, address = url): CredentialCall {
  return {
    cacheKey,
    method: 'POST',
    url: address,
    headers: { 'content-type': 'text/plain' },
    body: 'grant',
    read(answer, at) {
      const { token } = (answer ?? {}) as { token?: string };
      return token === undefined ? undefined : { credential: token, expiresAt: at + 60 * MINUTE };
    },
  };
}

describe('short-lived credentials', () => {
  it('are asked for once, however many wait, and kept', async () => {
    const found = await Promise.all([1, 2, 3].map(() => credentials.find(callFor('a'))));
    expect(found.map(({ credential }) => credential)).toEqual(['token-1', 'token-1', 'token-1']);
    expect((await credentials.find(callFor('a'))).credential).toBe('token-1');
    expect((await credentials.find(callFor('b'))).credential).toBe('token-2');
    expect(calls).toHaveLength(2);
  });

  it('are renewed while the old one still serves, and awaited once it does not', async () => {
    await credentials.find(callFor('a'));
    now += 56 * MINUTE;
    expect((await credentials.find(callFor('a'))).credential).toBe('token-1');
    await waitUntil(async () => (await credentials.find(callFor('a'))).credential === 'token-2');
    now += 61 * MINUTE;
    expect((await credentials.find(callFor('a'))).credential).toBe('token-3');
  });

  it('fail with what the issuer said, and are asked for again', async () => {
    status = 403;
    await expect(credentials.find(callFor('a'))).rejects.toMatchObject({ status: 403 });
    status = 200;
    expect((await credentials.find(callFor('a'))).credential).toBe('token-2');
  });

  it('fail when nobody is there', async () => {
    const nobody = callFor('x', 'http://127.0.0.1:9/token');
    await expect(credentials.find(nobody)).rejects.toMatchObject({ status: 0 });
  });
});
