import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startWorld, type World } from '../support/start-world.ts';

jest.setTimeout(120_000);

const run = promisify(execFile);
const temporary = new URL('../.tmp/', import.meta.url).pathname;
const python = `${temporary}python/bin/python`;
const script = new URL('openai-sdk.py', import.meta.url).pathname;

interface Output {
  stdout: string;
  stderr: string;
}

/** The reason why Python's SDK cannot be had here; empty: it is there. */
async function prepareSdk(): Promise<string> {
  try {
    await mkdir(temporary, { recursive: true });
    if (!existsSync(python)) await run('python3', ['-m', 'venv', `${temporary}python`]);
    const isThere = await run(python, ['-c', 'import openai']).then(
      () => true,
      () => false,
    );
    if (!isThere) await run(python, ['-m', 'pip', 'install', '--quiet', 'openai']);
    return '';
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'unknown';
  }
}

const obstacle = await prepareSdk();
const titled = obstacle === '' ? describe : describe.skip;

titled(`the official Python SDK ${obstacle && `(skipped: ${obstacle})`}`, () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.stop());

  it('runs chat, streams, tools, embeddings, images, audio, models, responses and errors', async () => {
    const outcome = run(python, [
      '-W',
      'ignore',
      script,
      `${world.gateway.url}/v1`,
      world.token.key,
    ]);
    const { stdout, stderr } = await outcome.catch((error: unknown) => error as Output);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n').at(-1)).toBe('all good');
  });
});
