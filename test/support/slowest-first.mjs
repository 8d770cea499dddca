import TestSequencer from '@jest/test-sequencer';

const slowestFirst = ['e2e', 'integration', 'unit'];

/** @param {{ path: string, context: { config: { displayName?: { name: string } } } }} test */
function rank({ path, context }) {
  const project = slowestFirst.indexOf(context.config.displayName?.name ?? '');
  // Those of a cluster wait for outages.
  return path.includes('/e2e/cluster/') ? -1 : project;
}

/**
 * On a fresh checkout, where nobody knows how long a file takes, Jest goes by size; but the files that kill and wait are
 * the short ones, and one of them alone at the end is waited for by an idle machine. Later runs go by what the last took.
 */
class SlowestFirst extends TestSequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isKnown = sorted.some(({ duration }) => duration !== undefined);
    return isKnown ? sorted : [...sorted].sort((one, other) => rank(one) - rank(other));
  }
}

// Jest asks for the default export.
export { SlowestFirst as default };
