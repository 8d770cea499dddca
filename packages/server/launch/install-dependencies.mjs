import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  findMissingBuildTools,
  findNodeHeaders,
  installBuildTools,
  thisMachine,
} from './build-tools.mjs';
import { LaunchError } from './launch-error.mjs';
import { runProgram, say } from './run-program.mjs';

const STAMP = 'node_modules/.turnpike/install.json';

/**
 * Installs what the lock file lists, unless that has happened for this checkout and this Node.
 *
 * @param {string} root the checkout
 * @param {{ hasApt: boolean, isRoot: boolean }} machine whether a missing compiler can be installed
 * @throws {LaunchError} with advice, where it cannot be done
 */
export async function installDependencies(root, machine = thisMachine) {
  const wanted = describeInstallation(root);
  if (readStamp(root) === wanted) return;
  if (!isInstalled(root)) {
    say('Installing dependencies (npm ci) …');
    await install(root, machine);
  } else if (!(await canLoadAddons(root))) {
    await rebuildAddons(root, machine);
  }
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), wanted);
}

/** What an installation depends on: the lock file, and the Node that native add-ons are compiled for. */
function describeInstallation(root) {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return JSON.stringify({
    lock: lock.digest('hex'),
    addonVersion: process.versions.modules,
    platform: `${process.platform}-${process.arch}`,
  });
}

function readStamp(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/** Whether somebody ran npm by hand: then nothing is downloaded again. */
function isInstalled(root) {
  const installedPath = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional, peer, link }]) =>
      !path.startsWith('node_modules/') ||
      optional ||
      peer ||
      link ||
      installed[path]?.version === version,
  );
}

async function install(root, machine) {
  const missing = findMissingBuildTools();
  // Without a compiler the first attempt may fail, and is then repeated: no need to frighten anybody.
  const first = await runNpm(root, ['ci'], { isQuiet: missing.length > 0 });
  if (first.ok && (await canLoadAddons(root))) return;

  if (missing.length > 0) await installBuildTools(missing, machine);
  say('Trying again, compiling what has no ready-made binary; this takes a minute …');
  const second = await runNpm(root, ['ci'], { nodeHeaders: findNodeHeaders() });
  if (!second.ok) throw new LaunchError('npm ci failed: its last lines above say why.');
  await requireAddons(root);
}

async function rebuildAddons(root, machine) {
  const missing = findMissingBuildTools();
  if (missing.length > 0) await installBuildTools(missing, machine);
  say('Compiling better-sqlite3 for this Node; this takes a minute …');
  await runNpm(root, ['rebuild', 'better-sqlite3', 'bcrypt'], { nodeHeaders: findNodeHeaders() });
  await requireAddons(root);
}

async function requireAddons(root) {
  if (await canLoadAddons(root)) return;
  throw new LaunchError(
    'better-sqlite3 or bcrypt cannot be loaded by this Node. Delete node_modules and run the same command again.',
  );
}

/** In a process of its own, because an add-on that is loaded cannot be replaced. */
async function canLoadAddons(root) {
  const program = `new (require('better-sqlite3'))(':memory:').close(); require('bcrypt')`;
  const { ok } = await runProgram(process.execPath, ['-e', program], { cwd: root, isQuiet: true });
  return ok;
}

/** Runs the npm that started us, or the one on the path. */
function runNpm(root, npmArguments, { isQuiet = false, nodeHeaders } = {}) {
  const allArguments = [...npmArguments, '--include=dev', '--no-audit', '--no-fund'];
  const env = { ...process.env };
  if (nodeHeaders !== undefined) env.npm_config_nodedir ??= nodeHeaders;
  const script = process.env.npm_execpath;
  return script?.endsWith('.js')
    ? runProgram(process.execPath, [script, ...allArguments], { cwd: root, env, isQuiet })
    : runProgram('npm', allArguments, { cwd: root, env, isQuiet });
}
