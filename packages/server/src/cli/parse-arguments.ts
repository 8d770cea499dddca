import { parseArgs } from 'node:util';

/** A command line, understood. `problems` lists what was not. */
export interface CommandLine {
  readonly command: string;
  /** What follows the command. */
  readonly operands: readonly string[];
  readonly port: number | undefined;
  /** Empty means no log file. */
  readonly logDir: string | undefined;
  readonly isDemo: boolean;
  readonly problems: readonly string[];
}

/**
 * Reads the arguments after the program's name. Flags may stand anywhere and, as One API allows, with one dash or two:
 * `--port 4000`, `-port=4000`. `--help` and `--version` win over any command.
 */
export function parseArguments(argv: readonly string[]): CommandLine {
  const { values, positionals, tokens } = parseArgs({
    args: argv.map((argument) => argument.replace(/^-(?=[a-z]{2})/, '--')),
    options: {
      port: { type: 'string' },
      'log-dir': { type: 'string' },
      demo: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
    strict: false, // so that every problem is found, not only the first
    allowPositionals: true,
    tokens: true,
  });
  const [command = 'serve', ...operands] = positionals;
  const problems = findUnknownFlags(tokens);
  const port = readPort(values.port, problems);
  const logDir = readText('--log-dir', values['log-dir'], problems);
  return {
    command: values.help === true ? 'help' : values.version === true ? 'version' : command,
    operands,
    port,
    logDir,
    isDemo: values.demo === true,
    problems,
  };
}

const knownFlags = new Set(['port', 'log-dir', 'demo', 'help', 'version']);

function findUnknownFlags(tokens: readonly { kind: string; name?: string }[]): string[] {
  return tokens
    .filter(({ kind, name }) => kind === 'option' && !knownFlags.has(name ?? ''))
    .map(({ name }) => `--${name ?? ''}: there is no such flag; see --help`);
}

function readPort(value: string | boolean | undefined, problems: string[]): number | undefined {
  if (value === undefined) return undefined;
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  problems.push('--port: expected a whole number from 0 to 65535');
  return undefined;
}

function readText(
  flag: string,
  value: string | boolean | undefined,
  problems: string[],
): string | undefined {
  if (typeof value !== 'boolean') return value;
  problems.push(`${flag}: expected a value`);
  return undefined;
}
