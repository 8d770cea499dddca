import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { WORKER_VARIABLE, workerKindOf, type WorkerKind } from '../workers/worker-process.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of this process over the `.env` file of the working directory: variables that exist win.
 *
 * @throws where `.env` exists but cannot be read, with what to do
 */
export function readEnvironment(directory = process.cwd()): Environment {
  const environment = { ...readEnvironmentFile(join(directory, '.env')), ...process.env };
  // Node reads the time zone from its own environment, whenever it changes.
  if (isTimeZone(environment['TZ'])) process.env['TZ'] = environment['TZ'];
  return environment;
}

function readEnvironmentFile(path: string): Environment {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new Error(
      `${path} cannot be read (${code}). Let this user read it, or start in another directory.`,
      { cause: error },
    );
  }
}

/** What this process is to the supervisor that started it; undefined where it stands alone. */
export function readWorkerKind(): WorkerKind | undefined {
  return workerKindOf(process.env[WORKER_VARIABLE]);
}

/** Whether a name is one that dates can be written in, such as `Europe/Berlin`. */
export function isTimeZone(name: string | undefined): name is string {
  if (name === undefined || name === '') return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false; // the only way to ask
  }
}
