import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian, macOS and others put servers besides the PATH. */
const places = [
  '/usr/sbin',
  '/usr/local/sbin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/usr/local/bin',
];

/**
 * Finds the first of several programs; as root on Debian or Ubuntu it installs the package if there is none.
 *
 * @param {string[]} names
 * @param {{ aptPackage: string, extraPlaces?: string[] }} options
 * @returns {string} path of the program
 */
export function requireProgram(names, { aptPackage, extraPlaces = [] }) {
  const found = findProgram(names, extraPlaces);
  if (found !== undefined) return found;
  if (canInstall()) {
    install(aptPackage);
    const installed = findProgram(names, extraPlaces);
    if (installed !== undefined) return installed;
  }
  throw new Error(
    `The tests need ${names.join(' or ')}. Install it (Debian: apt-get install ${aptPackage}), or start one and name it in the environment: see CONTRIBUTING.md.`,
  );
}

/**
 * Like `requireProgram`, for a program without which tests are skipped: where it cannot be had, says so and goes on.
 *
 * @param {string[]} names
 * @param {{ aptPackage: string, extraPlaces?: string[] }} options
 */
export function tryProgram(names, options) {
  try {
    requireProgram(names, options);
  } catch (error) {
    process.stdout.write(`tests of ${names.join(' or ')} are skipped: ${error.message}\n`);
  }
}

/**
 * @param {string[]} names
 * @param {string[]} extraPlaces
 */
export function findProgram(names, extraPlaces = []) {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...places, ...extraPlaces];
  for (const name of names) {
    for (const folder of folders) {
      if (folder !== '' && isExecutable(join(folder, name))) return join(folder, name);
    }
  }
  return undefined;
}

/** Folders of PostgreSQL's programs on Debian, the newest version first. */
export function postgresFolders() {
  try {
    return readdirSync('/usr/lib/postgresql')
      .sort((a, b) => Number(b) - Number(a))
      .map((version) => join('/usr/lib/postgresql', version, 'bin'));
  } catch {
    return []; // not Debian, or not installed yet
  }
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function canInstall() {
  if (process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

/** @param {string} aptPackage */
function install(aptPackage) {
  process.stdout.write(`installing ${aptPackage} for the tests …\n`);
  const options = /** @type {const} */ ({
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
  });
  execFileSync('apt-get', ['update', '-q'], options);
  execFileSync('apt-get', ['install', '-q', '-y', '--no-install-recommends', aptPackage], options);
}
