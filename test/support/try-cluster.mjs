// `npm run cluster`: a whole cluster on this machine, to try and to look at. Redis and PostgreSQL are throw-away ones,
// one master, two slaves, and nginx in front where it is installed. Ctrl-C stops and removes all of it.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkNode } from '../../packages/server/launch/check-node.mjs';

checkNode();
const { explainFailure } = await import('../../packages/server/launch/launch-error.mjs');
const { prepareCheckout } = await import('../../packages/server/launch/prepare-checkout.mjs');

const usage = `npm run cluster -- [--demo] [--slaves 2] [--port 3000]

  --demo       a simulated provider and sample data: no key needed
  --slaves n   relay nodes besides the master (default 2)
  --port n     where nginx listens, or the master where there is no nginx (default 3000)
`;
/** Each is a process of its own, and all are on this machine. */
const MOST_SLAVES = 16;

const flags = readFlags();
const slaveCount = Number(flags.slaves);
const port = Number(flags.port);
if (flags.help) {
  process.stdout.write(usage);
  process.exit(0);
}
if (!Number.isInteger(slaveCount) || slaveCount < 1 || slaveCount > MOST_SLAVES)
  refuse(`--slaves: expected a whole number from 1 to ${MOST_SLAVES}`);
if (!Number.isInteger(port) || port < 1 || port > 65_535)
  refuse('--port: expected a whole number from 1 to 65535');

await explainFailure(() => prepareCheckout());
const { startTrial } = await import('./try/start-trial.mjs');

const folder = await mkdtemp(join(tmpdir(), 'turnpike-cluster-'));
await mkdir(join(folder, 'nodes'));
const told = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, resolve);
});
const stops = [];
let exitCode = 0;
try {
  const lines = await Promise.race([
    startTrial({ folder, slaveCount, port, isDemo: flags.demo, stops }),
    told.then(() => []),
  ]);
  if (lines.length > 0) process.stdout.write(`\n${lines.join('\n')}\n\nCtrl-C stops everything.\n`);
  await told;
} catch (error) {
  process.stderr.write(`\nThe cluster did not start: ${error.message}\n`);
  exitCode = 1;
} finally {
  process.stdout.write('\nstopping …\n');
  for (const stop of stops.reverse())
    await stop().catch((error) => process.stderr.write(`${error}\n`));
  await rm(folder, { recursive: true, force: true });
}
process.exit(exitCode);

function readFlags() {
  try {
    return parseArgs({
      options: {
        slaves: { type: 'string', default: '2' },
        port: { type: 'string', default: '3000' },
        demo: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (error) {
    return refuse(error.message);
  }
}

function refuse(problem) {
  process.stderr.write(`${problem}\n\n${usage}`);
  process.exit(2);
}
