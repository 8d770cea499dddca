import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { installDependencies } from '../../packages/server/launch/install-dependencies.mjs';
import { checkoutRoot, prepareCheckout } from '../../packages/server/launch/prepare-checkout.mjs';

const RESULT = join(checkoutRoot, 'test/.tmp/jest-result.json');

/** Nothing ran: what could not be prepared counts as one failure, so that no start looks like a success. */
const notRun = { passed: 0, failed: 1, skipped: 0, isComplete: false };

/**
 * Runs the suites from nothing to the end.
 *
 * @param {string[]} jestArguments
 * @returns {Promise<{ passed: number, failed: number, skipped: number, isComplete: boolean }>} a suite that could not
 * start counts as one failure; `isComplete` is false where Jest itself did not end as it should
 */
export async function runTests(jestArguments) {
  let services;
  try {
    if (isUnitOnly(jestArguments)) {
      await installDependencies(checkoutRoot, { scope: 'all' });
    } else {
      await prepareCheckout('all');
      await findTools();
      const { startServices } = await import('./services.mjs');
      services = await startServices();
    }
    return await runJest(jestArguments, services?.env ?? {});
  } catch (error) {
    const isExplained = error?.name === 'LaunchError';
    process.stderr.write(`\n${isExplained ? error.message : (error?.stack ?? error)}\n`);
    return notRun;
  } finally {
    await services?.stop();
  }
}

/** Tests of files in `deploy` run the programs that the files are for, where these can be had. */
async function findTools() {
  const { tryProgram } = await import('./services/find-program.mjs');
  tryProgram(['nginx'], { aptPackage: 'nginx-light' });
  tryProgram(['promtool'], { aptPackage: 'prometheus', extraPlaces: [join(homedir(), 'go/bin')] });
}

/** Unit tests read the sources and need no service, so a run of these alone starts at once. */
function isUnitOnly(jestArguments) {
  const start = jestArguments.indexOf('--selectProjects');
  return (
    start !== -1 &&
    jestArguments[start + 1] === 'unit' &&
    !['integration', 'e2e'].includes(jestArguments[start + 2])
  );
}

async function runJest(jestArguments, serviceEnvironment) {
  mkdirSync(dirname(RESULT), { recursive: true });
  rmSync(RESULT, { force: true });
  const isComplete = await runToEnd(
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(checkoutRoot, 'node_modules/jest/bin/jest.js'),
      '--json',
      `--outputFile=${RESULT}`,
      ...jestArguments,
    ],
    serviceEnvironment,
  );
  return existsSync(RESULT)
    ? { ...countTests(JSON.parse(readFileSync(RESULT, 'utf8'))), isComplete }
    : notRun;
}

/** Jest's own report goes to standard error; its JSON, which `--json` also prints, is not for people. */
function runToEnd(nodeArguments, serviceEnvironment) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, nodeArguments, {
      cwd: checkoutRoot,
      env: { ...process.env, ...serviceEnvironment },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    // A signal ends Jest, after which the services are stopped here as after any other run.
    const pass = (signal) => child.kill(signal);
    process.on('SIGINT', pass).on('SIGTERM', pass);
    child.on('close', (code) => {
      process.off('SIGINT', pass).off('SIGTERM', pass);
      resolve(code === 0);
    });
  });
}

function countTests(result) {
  const unable = result.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0,
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + unable.length,
    skipped: result.numPendingTests + result.numTodoTests,
  };
}
