import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  findMissingBuildTools,
  findNodeHeaders,
  installBuildTools,
  thisMachine,
} from './build-tools.mjs';
import { hasTestTools, isInstalled } from './installed-packages.mjs';
import { LaunchError } from './launch-error.mjs';
import { runProgram, say } from './run-program.mjs';

const STAMP = 'node_modules/.turnpike/install.json';

/** npm's words for each scope. What runs the gateway is the folder `packages`; the tests are a workspace beside it. */
const CLEAN_INSTALL = { run: ['ci', '--workspace=packages'], all: ['ci'] };
/** What is there stays there: above all the add-ons, which may have been compiled. */
const COMPLETE = ['install', '--no-save'];

/**
 * Installs what the lock file lists, unless that has happened for this checkout and this Node. What is there beyond
 * the scope is kept.
 *
 * @param {string} root the checkout
 * @param {{ scope?: import('./installed-packages.mjs').Scope, machine?: { hasApt: boolean, isRoot: boolean } }}
 *   [options] `scope`: see there; `machine`: whether a missing compiler can be installed
 * @throws {LaunchError} with advice, where it cannot be done
 */
export async function installDependencies(root, { scope = 'run', machine = thisMachine } = {}) {
  const stamp = readStamp(root);
  const satisfying = scope === 'run' ? ['run', 'all'] : ['all'];
  if (satisfying.some((one) => stamp === describeInstallation(root, one))) return;

  const goal = hasTestTools(root) ? 'all' : scope;
  if (isInstalled(root, goal)) {
    if (!(await canLoadAddons(root))) await rebuildAddons(root, machine);
  } else {
    await install(root, goal, machine);
  }
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), describeInstallation(root, goal));
}

/** What an installation depends on: the lock file, and the Node that native add-ons are compiled for. */
function describeInstallation(root, scope) {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')));
  return JSON.stringify({
    scope,
    lock: lock.digest('hex'),
    addonVersion: process.versions.modules,
    platform: `${process.platform}-${process.arch}`,
  });
}

function readStamp(root) {
  const path = join(root, STAMP);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

async function install(root, scope, machine) {
  const isToComplete = scope === 'all' && isInstalled(root, 'run');
  const command = isToComplete ? COMPLETE : CLEAN_INSTALL[scope];
  say(`Installing ${isToComplete ? 'what the tests need' : 'dependencies'} (npm ${command[0]}) …`);
  const missing = findMissingBuildTools();
  // Without a compiler the first attempt may fail, and is then repeated: no need to frighten anybody.
  const first = await runNpm(root, command, { isQuiet: missing.length > 0 });
  if (first.ok && (await canLoadAddons(root))) return;

  if (missing.length > 0) await installBuildTools(missing, machine);
  say('Trying again, compiling what has no ready-made binary; this takes a minute …');
  const second = await runNpm(root, CLEAN_INSTALL[scope], { nodeHeaders: findNodeHeaders() });
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
