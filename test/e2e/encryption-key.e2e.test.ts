import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { logIn } from '../support/admin-client.mjs';
import { startScriptedUpstream, type ScriptedUpstream } from '../support/scripted-upstream.ts';
import {
  beginConversations,
  goOn,
  openedKeys,
  prepareSeals,
  type SealScene,
} from '../support/seal-scene.ts';
import { startGateway, type Gateway } from '../support/start-gateway.mjs';

jest.setTimeout(90_000);

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));
const before = { ENCRYPTION_KEY: 'the key of the days before' };
const both = {
  ENCRYPTION_KEY: 'the key of today and after',
  OLDER_ENCRYPTION_KEYS: before.ENCRYPTION_KEY,
};
const after = { ENCRYPTION_KEY: both.ENCRYPTION_KEY };

let upstream: ScriptedUpstream;
let dataDir: string;
let gateway: Gateway;
let scene: SealScene;

/** A gateway that began under the key of before, and was stopped. */
beforeEach(async () => {
  [upstream, dataDir] = await Promise.all([
    startScriptedUpstream(),
    mkdtemp(join(tmpdir(), 'turnpike-keys-')),
  ]);
  gateway = await startGateway({ dataDir, env: before });
  const admin = await logIn(gateway.url);
  await prepareSeals(admin, upstream);
  await admin.setOption('SMTPToken', 'mail-password');
  scene = await beginConversations(gateway.url, await admin.createToken());
  await gateway.kill('SIGTERM');
});
afterEach(async () => {
  await gateway.stop();
  await upstream.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function restart(env: Record<string, string>): Promise<string> {
  gateway = await startGateway({ dataDir, env });
  return gateway.url;
}

async function encryptKeys(env: Record<string, string>): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [binary, 'encrypt-keys'], {
    cwd: dataDir,
    env: { PATH: process.env['PATH'], DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env },
  });
  return stdout;
}

describe('a gateway whose encryption key was changed', () => {
  it('opens what was sealed under the one of before, and seals under that of today', async () => {
    const url = await restart(both);
    expect(await goOn(url, scene, upstream)).toMatchObject({ keys: openedKeys, hasCarried: true });
    const admin = await logIn(url);
    const newer = await beginConversations(url, await admin.createToken());
    await gateway.kill('SIGTERM');

    expect(await encryptKeys(both)).toMatch(
      /^Encrypted: [1-9]\d* token keys, .*2 channel keys, 1 /,
    );
    const again = await restart(after);
    expect(await goOn(again, newer, upstream)).toMatchObject({
      keys: openedKeys,
      hasCarried: true,
      hasRemembered: false, // a single process remembers as long as it lives
    });
    // What a client carries under the key of before is nothing any more, and does no harm.
    expect(await goOn(again, scene, upstream)).toMatchObject({
      keys: openedKeys,
      hasCarried: false,
    });
    const files = await readFile(join(dataDir, 'turnpike.db'), 'latin1');
    expect(files).not.toMatch(/sk-up-responses|AIza-up-gemini|mail-password/);
  });

  it('is sealed anew by encrypt-keys while it runs', async () => {
    const url = await restart(both);
    expect(await encryptKeys(both)).toContain('2 channel keys, 1 ');
    expect(await encryptKeys(both)).toContain('0 channel keys, 0 ');
    expect(await goOn(url, scene, upstream)).toMatchObject({ keys: openedKeys, hasCarried: true });
  });

  it('does not start without the key of before, and says what is missing', async () => {
    const starting = startGateway({ dataDir, env: after });
    await expect(starting).rejects.toThrow(/Turnpike stopped: .*OLDER_ENCRYPTION_KEYS/);
  });

  it('is not sealed anew without the key of before', async () => {
    await expect(encryptKeys(after)).rejects.toThrow(/OLDER_ENCRYPTION_KEYS/);
    const url = await restart(both);
    expect(await goOn(url, scene, upstream)).toMatchObject({ keys: openedKeys });
  });
});
