import { execFile, spawn } from 'node:child_process';
import { chmod, chown } from 'node:fs/promises';
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
 * A server of the machine that can be started again after it was stopped or killed.
 *
 * @typedef {object} ServerProcess
 * @property {() => Promise<void>} start starts it and waits until it accepts connections
 * @property {() => Promise<void>} stop ends it in good order; fine where it is not running
 * @property {() => boolean} isRunning
 * @property {(signal: NodeJS.Signals) => void} signal `SIGSTOP`, `SIGCONT`, …
 * @property {(signal?: NodeJS.Signals) => Promise<void>} kill sends a signal (SIGKILL) and waits for the end
 */

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {{ folder: string, isReady: () => Promise<boolean>, stopSignal?: NodeJS.Signals }} options
 * @returns {ServerProcess}
 */
export function createServerProcess(
  program,
  parameters,
  { folder, isReady, stopSignal = 'SIGTERM' },
) {
  /** @type {{ child: import('node:child_process').ChildProcess, end: Promise<void>, hasEnded: () => boolean, output: () => string } | undefined} */
  let running;
  // A run of tests that dies must not leave servers behind.
  const killNow = () => running?.child.kill('SIGKILL');

  function launch() {
    let output = '';
    let ended = false;
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
    const end = new Promise((resolve) => {
      child.once('exit', resolve);
      child.once('error', (error) => {
        output += error.message;
        resolve(undefined);
      });
    }).then(() => {
      ended = true;
    });
    return { child, end, hasEnded: () => ended, output: () => output };
  }

  /** @param {NodeJS.Signals} signal */
  async function endBy(signal) {
    if (running === undefined || running.hasEnded()) return;
    running.child.kill('SIGCONT'); // one that stands still would not hear
    running.child.kill(signal);
    const timer = setTimeout(killNow, 10_000);
    await running.end;
    clearTimeout(timer);
  }

  return {
    async start() {
      process.once('exit', killNow);
      running = launch();
      const deadline = Date.now() + 60_000;
      while (!(await isReady())) {
        if (running.hasEnded() || Date.now() > deadline) {
          const output = running.output();
          await endBy(stopSignal);
          throw new Error(`${program} did not start:\n${output}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async stop() {
      process.off('exit', killNow);
      await endBy(stopSignal);
    },
    isRunning: () => running?.hasEnded() === false,
    signal: (signal) => void running?.child.kill(signal),
    kill: (signal = 'SIGKILL') => endBy(signal),
  };
}

/** @param {string} folder */
function cleanEnv(folder) {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder, LC_ALL: 'C' };
}
