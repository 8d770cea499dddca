import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
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

/**
 * Makes an environment with a package, once, and keeps it for later runs.
 *
 * @param sdk the package's name, which is that of its module too
 */
export async function preparePython(sdk: string): Promise<Python> {
  const folder = `${temporary}python-${sdk}`;
  const python = `${folder}/bin/python`;
  return {
    obstacle: await install(sdk, folder, python),
    run: (script, ...args) =>
      run(python, ['-W', 'ignore', script, ...args]).catch((error: unknown) => error as Output),
  };
}

async function install(sdk: string, folder: string, python: string): Promise<string> {
  try {
    await mkdir(temporary, { recursive: true });
    if (!existsSync(python)) await run('python3', ['-m', 'venv', folder]);
    const isThere = await run(python, ['-c', `import ${sdk}`]).then(
      () => true,
      () => false,
    );
    if (!isThere) await run(python, ['-m', 'pip', 'install', '--quiet', sdk]);
    return '';
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'unknown';
  }
}
