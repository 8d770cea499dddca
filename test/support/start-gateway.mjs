import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { claimPort } from './services/claim-port.mjs';

const thisBuild = fileURLToPath(new URL('../../packages/server/bin/turnpike.mjs', import.meta.url));

/** Three nodes that start at once on two cores that everybody else uses as well have been seen to take half a minute. */
const START_MS = 60_000;

/** What a gateway under test gets unless a test says otherwise; the variables of the caller's shell never reach it. */
const testEnvironment = {
  HOST: '127.0.0.1',
  TEST_FORWARD_REQUEST_ID: 'true',
  SESSION_SECRET: 'a-secret-of-the-tests-only',
  GLOBAL_API_RATE_LIMIT: '0',
  LOG_LEVEL: 'warn',
};

/**
 * Starts the built gateway as a process of its own, with a data directory of its own, and waits until it is ready.
 *
 * @param {{ env?: Record<string, string>, dataDir?: string, command?: string[], args?: string[], readyPath?: string, port?: number, binary?: string }} [options]
 *   `command` is put in front (`['taskset', '-c', '0']`); with `dataDir` the directory is the caller's to remove;
 *   `readyPath` is waited for (`/readyz`); `binary` is that of another build
 */
export async function startGateway({
  env = {},
  dataDir,
  command = [],
  args = [],
  readyPath = '/readyz',
  port: wantedPort,
  binary = thisBuild,
} = {}) {
  const ownDirectory = dataDir === undefined;
  const directory = dataDir ?? (await mkdtemp(join(tmpdir(), 'turnpike-test-')));
  const port = wantedPort ?? (await claimPort());
  const url = `http://127.0.0.1:${port}`;
  const output = [];
  let child;
  let exited;

  async function start() {
    const [file, ...rest] = [...command, process.execPath, binary];
    const flags = ['--port', String(port), '--log-dir', join(directory, 'logs'), ...args];
    child = spawn(file, [...rest, ...flags], {
      cwd: directory,
      env: {
        PATH: process.env.PATH ?? '',
        HOME: process.env.HOME ?? '',
        ...testEnvironment,
        DATA_DIR: directory,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8');
      stream.on('data', (text) => keep(output, text));
    }
    const closed = new Promise((resolve) => child.once('close', resolve));
    try {
      await waitUntilReady(url + readyPath, { exited, closed, output });
    } catch (error) {
      child.kill('SIGKILL'); // nobody else would end it, and a test would wait for it for ever
      throw error;
    }
  }

  async function end(signal) {
    child.kill(signal);
    return exited;
  }

  await start();
  return {
    url,
    port,
    dataDir: directory,
    get pid() {
      return child.pid;
    },
    get exited() {
      return exited;
    },
    get isRunning() {
      return child.exitCode === null && child.signalCode === null;
    },
    /** Everything it printed lately. */
    logs: () => output.join(''),
    /** Sends a signal and waits for nothing: SIGSTOP, SIGCONT. */
    signal: (signal) => child.kill(signal),
    /** Sends a signal and resolves to `{ code, signal }` when the process is gone. */
    kill: (signal = 'SIGKILL') => end(signal),
    /** Starts it again on the same port and data. */
    start,
    /** Ends it in good order and removes its data. */
    async stop() {
      const running = child.exitCode === null && child.signalCode === null;
      child.kill('SIGCONT'); // one that stands still would not hear
      const result = running ? await end('SIGTERM') : await exited;
      if (ownDirectory) await rm(directory, { recursive: true, force: true });
      return result;
    },
    removeData: () => rm(directory, { recursive: true, force: true }),
  };
}

function keep(output, text) {
  output.push(text);
  while (output.length > 2000) output.shift();
}

async function waitUntilReady(url, { exited, closed, output }) {
  let end;
  let answer;
  void exited.then((how) => {
    end = how;
  });
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (end !== undefined) {
      // Its last words may still be on their way; workers that outlive it may keep the pipe open.
      await Promise.race([closed, wait(1000)]);
      throw new Error(
        `the gateway ended while starting (${JSON.stringify(end)}):\n${output.join('')}`,
      );
    }
    answer = await ask(url);
    if (answer.isReady) return;
    await wait(25);
  }
  throw new Error(
    `the gateway was not ready within ${START_MS / 1000} seconds (${answer.text}):\n${output.join('')}`,
  );
}

/** What is not ready says why. */
async function ask(url) {
  try {
    const answer = await fetch(url);
    return { isReady: answer.ok, text: `${answer.status} ${await answer.text()}` };
  } catch (error) {
    return { isReady: false, text: String(error.cause ?? error) };
  }
}
