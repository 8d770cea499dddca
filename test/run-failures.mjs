// `npm run test:failures`: the failure suites with the settings and the outages of real life, five times over. Kills,
// cuts and restores real processes; takes an hour. Ends with the line "N passed, N failed, N skipped" over all rounds.
// Usage: npm run test:failures [-- --rounds 1] [--only 'redis-(away|cluster)']
import { parseArgs } from 'node:util';
import { checkNode } from '../packages/server/launch/check-node.mjs';

checkNode();
const { values: flags } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: '' } },
});
process.env.TEST_FULL_LENGTH = '1';
const { runTests } = await import('./support/run-tests.mjs');

const rounds = Number(flags.rounds);
const sum = { passed: 0, failed: 0, skipped: 0 };
for (let round = 1; round <= rounds; round += 1) {
  process.stdout.write(`\nround ${round} of ${rounds}\n`);
  const counts = await runTests([
    ...['--selectProjects', 'e2e'],
    // They mostly wait: for outages to end, for leases to run out.
    ...['--maxWorkers', '4'],
    ...['--testPathPatterns', `test/e2e/cluster/.*${flags.only}`],
  ]);
  for (const kind of Object.keys(sum)) sum[kind] += counts[kind];
  if (!counts.isComplete && counts.failed === 0) sum.failed += 1;
}
process.exitCode = sum.failed === 0 && sum.passed > 0 ? 0 : 1;
process.stdout.write(`\n${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped\n`);
