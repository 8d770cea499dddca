import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const temporaryFolder = fileURLToPath(new URL('.tmp/', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** Core of the process that is measured, and of everything else. With one core both are the same. */
export const cores = { measured: '0', rest: availableParallelism() > 1 ? '1' : '0' };

/** Prefix that pins a command to one core. */
export function pin(core) {
  return ['taskset', '-c', core];
}

/**
 * Starts a Node script of this folder (or a path), on a core where one is named, and waits for its line `{"url": …}`.
 *
 * @returns {Promise<{ url: string, pid: number, stop(): Promise<void> }>}
 */
export async function startScript(script, args, core) {
  const path = script.startsWith('/') ? script : here + script;
  const prefix = core === undefined ? [] : pin(core);
  const [file, ...rest] = [...prefix, process.execPath, path, ...args];
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  process.once('exit', () => child.kill('SIGKILL'));
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line').then(([text]) => text),
    exited.then(([code]) => {
      throw new Error(`${script} ended with ${code} before it listened`);
    }),
  ]);
  return {
    ...JSON.parse(line),
    pid: child.pid,
    async stop() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Runs a command to its end and returns what it printed. */
export async function run(command, { env = {}, core } = {}) {
  const [file, ...args] = core === undefined ? command : [...pin(core), ...command];
  const child = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text;
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${output}`);
  return output;
}

/** Installs what the load tests need from Debian where it is missing, or says what to install. */
export function requireTools(tools) {
  const packages = { wrk: 'wrk', nginx: 'nginx', cc: 'gcc libc6-dev', taskset: 'util-linux' };
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length === 0) return;
  const names = missing.map((tool) => packages[tool] ?? tool).join(' ');
  const canInstall = process.getuid?.() === 0 && isInstalled('apt-get');
  if (!canInstall) {
    throw new Error(`please install ${missing.join(', ')}: sudo apt-get install -y ${names}`);
  }
  process.stderr.write(`installing ${names} …\n`);
  const options = { stdio: ['ignore', 'ignore', 'inherit'] };
  execFileSync('apt-get', ['update', '-qq'], options);
  execFileSync('apt-get', ['install', '-y', '-qq', ...names.split(' ')], options);
}

function isInstalled(tool) {
  try {
    execFileSync('sh', ['-c', 'command -v "$0"', tool], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Compiles the stream client and returns its path. */
export function buildStreamClient() {
  mkdirSync(temporaryFolder, { recursive: true });
  const binary = `${temporaryFolder}stream-client`;
  execFileSync('cc', ['-O2', '-o', binary, `${here}stream-client.c`], { stdio: 'inherit' });
  return binary;
}
