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

const { values: flags } = parseArgs({
  options: {
    slaves: { type: 'string', default: '2' },
    port: { type: 'string', default: '3000' },
    demo: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const slaveCount = Number(flags.slaves);
const port = Number(flags.port);
if (flags.help || !Number.isInteger(slaveCount) || slaveCount < 1 || !(port > 0 && port < 65536)) {
  process.stdout.write(usage);
  process.exit(flags.help ? 0 : 2);
}

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
