import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a directory and those above it, unless they are there. Step by step: told to do it all (`recursive`), Node 20 turns
 * in circles for ever where a file system takes no directories, such as `/proc`.
 *
 * @param setting whose value it is, for the error
 * @throws where it cannot be made, or not be written to, with what to do
 */
export function makeDirectory(setting: string, path: string, mode = 0o777): void {
  try {
    makeStep(resolve(path), mode);
    accessSync(path, constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    throw new Error(
      `${setting}: the directory ${path} cannot be used (${code}). Choose another one, or let this user write there.`,
      { cause: error },
    );
  }
}

function makeStep(path: string, mode: number): void {
  if (isDirectory(path)) return;
  const above = dirname(path);
  if (above !== path) makeStep(above, mode);
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!isDirectory(path)) throw error;
  }
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
