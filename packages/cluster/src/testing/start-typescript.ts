import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Runs a file of this folder in a process of its own, so that a test can kill it. */
export function startTypescript(
  file: string,
  parameters: readonly string[],
): { kill(): Promise<void> } {
  const script = join(import.meta.dirname, file);
  const loader = join(import.meta.dirname, 'run-typescript.mjs');
  const child = spawn(
    process.execPath,
    ['--import', loader, '-C', 'source', script, ...parameters],
    { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = once(child, 'close');
  return {
    /** With SIGKILL; a second time changes nothing. */
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
