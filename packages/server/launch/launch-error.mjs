/** A reason why the gateway cannot be launched, written for the person who tried: no stack is shown. */
export class LaunchError extends Error {
  name = 'LaunchError';
}

/**
 * Runs a launch step; where it fails for a reason that a person can mend, prints the reason and ends the process.
 *
 * @template T
 * @param {() => Promise<T>} step
 * @returns {Promise<T>}
 */
export async function explainFailure(step) {
  try {
    return await step();
  } catch (error) {
    if (error?.name !== 'LaunchError') throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exit(1);
  }
}
