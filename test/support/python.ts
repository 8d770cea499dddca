import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const temporary = new URL('../.tmp/', import.meta.url).pathname;

interface Output {
  stdout: string;
  stderr: string;
}

/** Python with official SDKs, in an environment of the tests' own. */
export interface Python {
  /** Why it cannot be had here; empty: it is there. */
  obstacle: string;
  /** Runs a script to its end. Fails never: what went wrong stands in `stderr`. */
  run(script: string, ...args: readonly string[]): Promise<Output>;
}

/** Their packages; the modules are called the same. */
const sdks = ['openai', 'anthropic'];
const folder = `${temporary}python-sdks`;

/** Makes the environment, once for all tests, and keeps it for later runs. */
export async function preparePython(): Promise<Python> {
  const obstacle = await prepare().then(
    () => '',
    (error: unknown) => (error as Error).message.split('\n')[0] ?? 'unknown',
  );
  return {
    obstacle,
    run: (script, ...args) =>
      run(`${folder}/bin/python`, ['-W', 'ignore', script, ...args]).catch(
        (error: unknown) => error as Output,
      ),
  };
}

async function prepare(): Promise<void> {
  if (existsSync(folder)) return;
  await mkdir(temporary, { recursive: true });
  // Another test may be at it too: what has the name is complete, whoever was first.
  const own = await mkdtemp(`${folder}-`);
  try {
    await run('python3', ['-m', 'venv', own]);
    await run(`${own}/bin/python`, ['-m', 'pip', 'install', '--quiet', ...sdks]);
    await rename(own, folder).catch(() => undefined);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
