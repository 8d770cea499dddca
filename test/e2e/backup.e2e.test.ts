import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startGateway } from '../support/start-gateway.mjs';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(60_000);

const binary = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));

describe('turnpike backup', () => {
  let world: World;
  let restored: string;
  beforeEach(async () => {
    world = await startWorld();
    restored = await mkdtemp(join(tmpdir(), 'turnpike-restored-'));
  });
  afterEach(async () => {
    await world.stop();
    await rm(restored, { recursive: true });
  });

  async function run(dataDir: string, ...args: string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [binary, ...args], {
      cwd: dataDir,
      env: { PATH: process.env['PATH'], DATA_DIR: dataDir, LOG_LEVEL: 'warn' },
    });
    return stdout;
  }

  it('copies sound books out of the middle of traffic, and a gateway goes on with them', async () => {
    const traffic = new AbortController();
    let answers = 0;
    const clients = Array.from({ length: 8 }, async () => {
      while (!traffic.signal.aborted) {
        await world.openai.chat.completions.create({
          model: 'gpt-4o-mini',
          messages: [{ role: 'user', content: 'Hello' }],
        });
        answers += 1;
      }
    });
    const { dataDir } = world.gateway;
    const copy = join(dataDir, 'backups', 'now.db');

    const output = await run(dataDir, 'backup', copy);
    const answersThen = answers;
    traffic.abort();
    await Promise.all(clients);

    expect(output).toContain('checked, and on the disk');
    expect(answersThen).toBeGreaterThan(0);
    await copyFile(copy, join(restored, 'turnpike.db'));
    await copyFile(join(dataDir, 'encryption.key'), join(restored, 'encryption.key'));
    expect(await run(restored, 'verify-ledger')).toContain('The ledger is sound.');

    const again = await startGateway({ dataDir: restored });
    const answer = await fetch(`${again.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${world.token.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    expect(answer.status).toBe(200); // with the upstream's key out of the copy
    await again.stop();
  });
});
