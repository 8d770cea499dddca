import module from 'node:module';
import { lowerCollectorPriority } from './lower-collector-priority.mjs';

/** Runs the built command line in this process and ends the process with its exit code. */
export async function runGateway(argv) {
  lowerCollectorPriority();
  // Newer versions of Node keep what they compiled, which makes the next start quicker.
  module.enableCompileCache?.();
  const { runCli } = await import('../dist/index.js');
  process.exit(await runCli(argv));
}
