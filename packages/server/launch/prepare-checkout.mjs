import { fileURLToPath } from 'node:url';
import { buildSources } from './build-sources.mjs';
import { installDependencies } from './install-dependencies.mjs';

export const checkoutRoot = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Makes a fresh checkout ready to run: dependencies installed, sources built. Where nothing is to be done it takes
 * milliseconds and starts no program.
 *
 * @param {import('./installed-packages.mjs').Scope} [scope] `all` where tests or checks follow
 * @throws {import('./launch-error.mjs').LaunchError} with advice, where it cannot be done
 */
export async function prepareCheckout(scope = 'run') {
  await installDependencies(checkoutRoot, { scope });
  await buildSources(checkoutRoot);
}
