import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { LaunchError } from './launch-error.mjs';
import { runProgram, say } from './run-program.mjs';

const APT_PACKAGES = ['build-essential', 'python3'];
const APT_COMMAND = `apt-get update && apt-get install -y ${APT_PACKAGES.join(' ')}`;

/** Names of the tools that compiling a native add-on needs and that this machine does not have. */
export function findMissingBuildTools(path = process.env.PATH ?? '') {
  const needs = [['c++', 'g++', 'clang++'], ['make'], ['python3', 'python']];
  return needs.filter((names) => !names.some((name) => isOnPath(name, path))).map(([name]) => name);
}

function isOnPath(name, path) {
  return path.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, name), constants.X_OK);
      return true;
    } catch {
      return false; // not in this directory
    }
  });
}

/** What this machine lets us do. */
export const thisMachine = {
  hasApt: process.platform === 'linux' && existsSync('/usr/bin/apt-get'),
  isRoot: process.getuid?.() === 0,
};

/**
 * Installs the compiler: as root on Debian and its kin with apt; elsewhere it cannot be done for the user.
 *
 * @param {string[]} missing names of tools
 * @param {{ hasApt: boolean, isRoot: boolean }} machine
 * @throws {LaunchError} that holds the exact command to run
 */
export async function installBuildTools(missing, machine = thisMachine) {
  const reason = `better-sqlite3 has no ready-made binary for this machine and must be compiled, but ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`;
  if (!machine.hasApt) throw new LaunchError(`${reason}\n${adviseOtherSystem()}`);
  if (!machine.isRoot)
    throw new LaunchError(
      `${reason} Run this, then the same command again:\n\n  sudo sh -c '${APT_COMMAND}'`,
    );

  say(`${reason} Installing ${APT_PACKAGES.join(' and ')} with apt …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await runProgram('apt-get', ['update'], { env, isQuiet: true }); // an old list may still do
  const installed = await runProgram(
    'apt-get',
    ['install', '-y', '--no-install-recommends', ...APT_PACKAGES],
    { env, isQuiet: true },
  );
  if (!installed.ok)
    throw new LaunchError(`${installed.output}\nThe installation failed. Run:\n\n  ${APT_COMMAND}`);
}

function adviseOtherSystem() {
  if (process.platform === 'darwin') return 'Run this, then try again:\n\n  xcode-select --install';
  if (process.platform === 'win32')
    return 'Install Visual Studio Build Tools ("Desktop development with C++") and Python 3, then try again.';
  if (existsSync('/sbin/apk'))
    return 'Run this as root, then try again:\n\n  apk add build-base python3';
  if (existsSync('/usr/bin/dnf'))
    return 'Run this as root, then try again:\n\n  dnf install -y gcc-c++ make python3';
  return 'Install a C++ compiler, make and Python 3, then try again.';
}

/**
 * The headers that came with this Node, so that a compilation need not download them.
 *
 * @returns {string | undefined} the directory that has them under `include/node`
 */
export function findNodeHeaders() {
  const prefix = dirname(dirname(process.execPath));
  const path = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(path)) return undefined;
  const text = readFileSync(path, 'utf8');
  const [major, minor, patch] = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return `${major}.${minor}.${patch}` === process.versions.node ? prefix : undefined;
}
