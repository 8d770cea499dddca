import { execFile, spawn } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
import { createServer } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Database servers refuse to run as root; root uses an account without rights instead. */
const NOBODY = { uid: 65_534, gid: 65_534 };

function identity() {
  return process.getuid?.() === 0 ? NOBODY : {};
}

/**
 * Lets the account that the servers run as use a folder.
 *
 * @param {string} folder
 */
export async function givePermission(folder) {
  if (process.getuid?.() !== 0) return;
  await chown(folder, NOBODY.uid, NOBODY.gid);
  await chmod(folder, 0o700);
}

/**
 * Runs a program to its end.
 *
 * @param {string} program
 * @param {string[]} parameters
 * @param {string} folder where it runs
 */
export async function runToEnd(program, parameters, folder) {
  try {
    await run(program, parameters, { cwd: folder, env: cleanEnv(folder), ...identity() });
  } catch (error) {
    const { stderr, stdout } = /** @type {{ stderr?: string, stdout?: string }} */ (error);
    throw new Error(`${program} failed:\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/**
 * Starts a server and waits until it accepts connections.
 *
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ folder: string, isReady: () => Promise<boolean>, stopSignal?: NodeJS.Signals }} options
 * @returns {Promise<() => Promise<void>>} how to stop it
 */
export async function startServer(
  program,
  parameters,
  { folder, isReady, stopSignal = 'SIGTERM' },
) {
  let output = '';
  const child = spawn(program, parameters, {
    cwd: folder,
    env: cleanEnv(folder),
    stdio: ['ignore', 'pipe', 'pipe'],
    ...identity(),
  });
  const keep = (/** @type {Buffer} */ chunk) => {
    output = (output + chunk.toString()).slice(-4000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  let ended = false;
  const end = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', (error) => {
      output += error.message;
      resolve(undefined);
    });
  }).then(() => {
    ended = true;
  });
  // A run of tests that dies must not leave servers behind.
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);

  async function stop() {
    process.off('exit', kill);
    if (ended) return;
    child.kill(stopSignal);
    const timer = setTimeout(kill, 10_000);
    await end;
    clearTimeout(timer);
  }

  const deadline = Date.now() + 60_000;
  while (!(await isReady())) {
    if (ended || Date.now() > deadline) {
      await stop();
      throw new Error(`${program} did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return stop;
}

/** A port that nobody listens on now. @returns {Promise<number>} */
export function findFreePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}

/** @param {string} folder */
function cleanEnv(folder) {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LC_ALL: 'C' };
}
