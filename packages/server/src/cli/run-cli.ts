import type { Logger } from '@turnpike/core';
import { createLogger, type OpenLogger } from '../logging/create-logger.ts';
import { redactText } from '../logging/redact-secrets.ts';
import { loadSettings, type LoadedSettings, type Settings } from '../settings/load-settings.ts';
import { readEnvironment, type Environment } from '../settings/read-environment.ts';
import { explainFailure } from './explain-failure.ts';
import { parseArguments, type CommandFlags, type CommandLine } from './parse-arguments.ts';
import { readVersion } from './read-version.ts';
import { renderHelp } from './render-help.ts';

/** What a subcommand does; the number is the exit code of the process. */
export type Command = (
  settings: Settings,
  logger: Logger,
  operands: readonly string[],
  /** Of those that the command declares, the ones that were given. */
  flags: CommandLine['flags'],
) => Promise<number>;

export interface CommandEntry {
  /** One line of the help. */
  readonly text: string;
  /** Flags that only this command understands. */
  readonly flags?: CommandFlags;
  /** Loads the command when it is wanted, and only then. */
  readonly load: () => Promise<Command>;
}

export interface CliDeps {
  readonly commands: Readonly<Record<string, CommandEntry>>;
  readonly readEnvironment?: () => Environment;
  readonly print?: (text: string) => void;
  readonly printProblem?: (text: string) => void;
}

const EXIT_WRONG_USE = 2;

/**
 * The `turnpike` command: finds the subcommand (`serve` where none is given), reads the settings and runs it.
 *
 * @returns a function of the arguments after the program's name that answers the exit code: what the command
 * answered, 1 after a failure, 2 for a wrong command line or wrong settings (every problem is printed)
 */
export function createCli(deps: CliDeps): (argv: readonly string[]) => Promise<number> {
  const print = deps.print ?? ((text) => process.stdout.write(`${text}\n`));
  const printProblem = deps.printProblem ?? ((text) => process.stderr.write(`${text}\n`));

  return async (argv) => {
    const commandLine = parseArguments(argv, listFlags(deps.commands));
    if (commandLine.command === 'help') return answer(print, renderHelp(deps.commands));
    if (commandLine.command === 'version') return answer(print, readVersion());

    const entry = Object.hasOwn(deps.commands, commandLine.command)
      ? deps.commands[commandLine.command]
      : undefined;
    if (entry === undefined) {
      // The value of a flag that does not exist looks like a command.
      const problems = [...commandLine.problems, `There is no command "${commandLine.command}".`];
      printProblem(`${problems.join('\n')}\n\n${renderHelp(deps.commands)}`);
      return EXIT_WRONG_USE;
    }

    const loaded = readSettings(deps.readEnvironment ?? readEnvironment, commandLine);
    if ('problems' in loaded) {
      printProblem(describeProblems(loaded.problems));
      return EXIT_WRONG_USE;
    }
    const log = openLog(loaded.settings, printProblem);
    if (log === undefined) return EXIT_WRONG_USE;
    for (const warning of loaded.warnings) log.logger.warn({ warning }, 'setting with a surprise');
    return runCommand(entry, loaded.settings, log, commandLine, printProblem);
  };
}

function listFlags(commands: CliDeps['commands']): Record<string, CommandFlags> {
  return Object.fromEntries(
    Object.entries(commands).flatMap(([name, { flags }]) => (flags ? [[name, flags]] : [])),
  );
}

function readSettings(read: () => Environment, commandLine: CommandLine): LoadedSettings {
  try {
    return loadSettings(read(), commandLine);
  } catch (error) {
    return { problems: [(error as Error).message] };
  }
}

function openLog(settings: Settings, printProblem: (text: string) => void): OpenLogger | undefined {
  try {
    return createLogger(settings);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // A directory that cannot be made says so itself; a file in it has the system's error only.
    const isExplained = code === undefined;
    const { logDir = '' } = settings;
    const problem = isExplained ? message : `--log-dir: ${logDir} cannot be written (${code})`;
    printProblem(describeProblems([problem]));
    return undefined;
  }
}

async function runCommand(
  entry: CommandEntry,
  settings: Settings,
  { logger, close }: OpenLogger,
  { operands, flags }: CommandLine,
  printProblem: (text: string) => void,
): Promise<number> {
  try {
    const command = await entry.load();
    return await command(settings, logger, operands, flags);
  } catch (error) {
    logger.fatal({ err: error }, 'command failed');
    printProblem(`Turnpike stopped: ${redactText(explainFailure(error as Error))}`);
    return 1;
  } finally {
    await close();
  }
}

function answer(print: (text: string) => void, text: string): number {
  print(text);
  return 0;
}

function describeProblems(problems: readonly string[]): string {
  return [
    'Turnpike cannot start with these settings:',
    ...problems.map((problem) => `  - ${problem}`),
    'All settings: docs/reference/settings.md',
  ].join('\n');
}
