import { parseArgs } from 'node:util';

/** A flag that one command understands. */
export interface CommandFlag {
  /** What the help shows for its value; absent: the flag takes none. */
  readonly value?: string;
  /** One line of the help. */
  readonly text: string;
}

export type CommandFlags = Readonly<Record<string, CommandFlag>>;

/** A command line, understood. `problems` lists what was not. */
export interface CommandLine {
  readonly command: string;
  /** What follows the command. */
  readonly operands: readonly string[];
  /** Flags of the command's own, without dashes; `true` for those without a value. */
  readonly flags: Readonly<Record<string, string | true>>;
  readonly port: number | undefined;
  /** Empty means no log file. */
  readonly logDir: string | undefined;
  readonly isDemo: boolean;
  readonly problems: readonly string[];
}

/**
 * Reads the arguments after the program's name. Flags may stand anywhere and, as One API allows, with one dash or two:
 * `--port 4000`, `-port=4000`. `--help` and `--version` win over any command.
 *
 * @param commandFlags for each command that has flags of its own; those of the others are problems
 */
export function parseArguments(
  argv: readonly string[],
  commandFlags: Readonly<Record<string, CommandFlags>> = {},
): CommandLine {
  const { values, positionals, tokens } = parseArgs({
    args: argv.map((argument) => argument.replace(/^-(?=[a-z]{2})/, '--')),
    options: { ...toOptions(Object.values(commandFlags)), ...globalOptions },
    strict: false, // so that every problem is found, not only the first
    allowPositionals: true,
    tokens: true,
  });
  const [command = 'serve', ...operands] = positionals;
  const own = (Object.hasOwn(commandFlags, command) ? commandFlags[command] : undefined) ?? {};
  const problems = findUnknownFlags(tokens, own);
  const port = readPort(values.port, problems);
  const logDir = readText('--log-dir', values['log-dir'], problems);
  return {
    command: values.help === true ? 'help' : values.version === true ? 'version' : command,
    operands,
    flags: readFlags(own, values, problems),
    port,
    logDir,
    isDemo: values.demo === true,
    problems,
  };
}

const globalOptions = {
  port: { type: 'string' },
  'log-dir': { type: 'string' },
  demo: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

type Value = string | boolean | (string | boolean)[] | undefined;

/** Which flags take a value must be known before the command is: a flag may stand in front of it. */
function toOptions(flags: readonly CommandFlags[]): Record<string, { type: 'string' | 'boolean' }> {
  return Object.fromEntries(
    flags
      .flatMap((some) => Object.entries(some))
      .map(([name, { value }]) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
  );
}

function findUnknownFlags(
  tokens: readonly { kind: string; name?: string }[],
  own: CommandFlags,
): string[] {
  return tokens
    .flatMap(({ kind, name = '' }) => (kind === 'option' ? [name] : []))
    .filter((name) => !Object.hasOwn(globalOptions, name) && !Object.hasOwn(own, name))
    .map((name) => `--${name}: there is no such flag; see --help`);
}

function readFlags(
  own: CommandFlags,
  values: Readonly<Record<string, Value>>,
  problems: string[],
): Record<string, string | true> {
  const flags: Record<string, string | true> = {};
  for (const [name, { value: shown }] of Object.entries(own)) {
    const value = values[name];
    if (value === undefined) continue;
    if (shown === undefined) flags[name] = true;
    else flags[name] = readText(`--${name}`, value, problems) ?? '';
  }
  return flags;
}

function readPort(value: Value, problems: string[]): number | undefined {
  if (value === undefined) return undefined;
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  problems.push('--port: expected a whole number from 0 to 65535');
  return undefined;
}

function readText(flag: string, value: Value, problems: string[]): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  problems.push(`${flag}: expected a value`);
  return undefined;
}
