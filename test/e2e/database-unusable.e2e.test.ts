import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../support/admin-client.mjs';
import { hello, postJson } from '../support/chat-requests.ts';
import { createPostgres } from '../support/services/start-postgres.mjs';
import { makeServiceFolder } from '../support/services/make-service-folder.mjs';
import { startWorld, type World } from '../support/start-world.ts';
import { waitFor } from '../support/wait-for.ts';

jest.setTimeout(120_000);

const run = promisify(execFile);

let world: World;
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function start(env: Record<string, string> = {}): Promise<void> {
  world = await startWorld({ env });
  stops.push(() => world.stop());
}

const ask = (): Promise<Response> =>
  postJson(`${world.gateway.url}/v1/chat/completions`, world.token.key, hello);

async function readiness(): Promise<{ status: number; reasons: string }> {
  const answer = await fetch(`${world.gateway.url}/readyz`);
  const { reasons = [] } = (await answer.json()) as { reasons?: string[] };
  return { status: answer.status, reasons: reasons.join() };
}

/** What a gateway does whose database can not be written, from the first request that met it until it can be again. */
async function isClosedUntil(mend: () => Promise<unknown>, reason: RegExp): Promise<void> {
  const met = await ask();
  expect([met.status, await met.json()]).toEqual([
    503,
    { error: expect.objectContaining({ code: 'not_ready' }) },
  ]);
  const { status, reasons } = await readiness();
  expect([status, reasons]).toEqual([503, expect.stringMatching(reason)]);
  expect(reasons).not.toMatch(/update|insert|postgres:/i);

  const asked = world.provider.requests.count;
  for (let times = 0; times < 3; times += 1) {
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(refused.headers.get('x-should-retry')).toBe('true');
  }
  // Nobody pays for answers that can not be charged.
  expect(world.provider.requests.count).toBe(asked);
  expect((await fetch(`${world.gateway.url}/healthz`)).status).toBe(200);

  await mend();
  await waitFor('the gateway to be ready', async () => (await readiness()).status === 200, 30_000);
  expect((await ask()).status).toBe(200);
  const admin = await logIn(world.gateway.url);
  expect((await admin.getSelf()).request_count).toBe(2);
  expect(await admin.listLogs('type=2')).toHaveLength(2);
}

describe('a gateway alone', () => {
  it('on a disk that takes nothing more is not ready, asks no upstream, and comes back by itself', async () => {
    await start();
    /** From now on no file of the gateway, its logs included, grows beyond so many bytes. */
    const limitFiles = (bytes: string): Promise<unknown> =>
      run('prlimit', ['--pid', String(world.gateway.pid), `--fsize=${bytes}:unlimited`]);
    expect((await ask()).status).toBe(200);
    await limitFiles('0');
    await isClosedUntil(
      () => limitFiles('unlimited'),
      /the database cannot be used \(SQLITE_\w+\)/,
    );
  });

  it('whose database server ends does the same', async () => {
    const folder = await makeServiceFolder();
    stops.push(() => rm(folder, { recursive: true, force: true }));
    const database = await createPostgres(folder);
    stops.push(database.stop);
    await database.start();
    await start({ SQL_DSN: database.url });
    expect((await ask()).status).toBe(200);
    await database.stop();
    await isClosedUntil(database.start, /the database cannot be used \(/);
  });
});
