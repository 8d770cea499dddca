import { createCli } from './cli/run-cli.ts';
import { commands } from './commands/index.ts';

/** Runs a command line; resolves to the exit code. `serve` resolves when the gateway was told to stop and did. */
export function runCli(argv: readonly string[]): Promise<number> {
  return createCli({ commands })(argv);
}
