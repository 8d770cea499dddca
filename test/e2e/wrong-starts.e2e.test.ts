import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../support/admin-client.mjs';
import { claimPort } from '../support/services/claim-port.mjs';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';

jest.setTimeout(60_000);

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));

let running: Gateway;
let empty: string;
beforeAll(async () => {
  empty = await mkdtemp(join(tmpdir(), 'turnpike-wrong-'));
  running = await startGateway();
});
afterAll(async () => {
  await running.stop();
  await rm(empty, { recursive: true });
});

/** How a gateway ends that is started like this, and what it says. */
function start(port: number, dataDir: string): Promise<{ code: unknown; said: string }> {
  const env = { PATH: process.env['PATH'], HOST: '127.0.0.1', DATA_DIR: dataDir };
  const flags = [binary, '--log-dir=', '--port', String(port)];
  return new Promise((resolve) => {
    const options = { cwd: empty, env, timeout: 30_000 };
    execFile(process.execPath, flags, options, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? error?.signal, said: stdout + stderr }),
    );
  });
}

describe('beside a gateway that runs', () => {
  it('another one on its port does not start, and names the setting', async () => {
    expect(await start(running.port, empty)).toEqual({
      code: 1,
      said: expect.stringMatching(/^Turnpike stopped: PORT: port \d+ is in use; choose another/m),
    });
  });

  it('another one on its SQLite file does not start, and touches nothing', async () => {
    expect(await start(await claimPort(), running.dataDir)).toEqual({
      code: 1,
      said: expect.stringMatching(
        /^Turnpike stopped: SQLITE_PATH: another gateway runs on .*\.db,/m,
      ),
    });
    expect(await (await logIn(running.url)).getSelf()).toMatchObject({ username: 'root' });
  });

  it('one on the same file starts as soon as that one was killed', async () => {
    const dataDir = running.dataDir;
    await running.kill('SIGKILL');
    const next = await startGateway({ dataDir });
    await next.stop();
    await running.start();
  });
});
