// `npm test`: installs and builds where that is needed, starts the services that tests need, runs every suite, stops
// what it started, and ends with the line "N passed, N failed, N skipped". Arguments go to Jest.
import { checkNode } from '../packages/server/launch/check-node.mjs';

checkNode();
const { runTests } = await import('./support/run-tests.mjs');
const counts = await runTests(process.argv.slice(2));
process.exitCode = counts.failed === 0 && counts.passed > 0 && counts.isComplete ? 0 : 1;
process.stdout.write(
  `\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
);
