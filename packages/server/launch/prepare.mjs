// Installs and builds, as `npm start` does, without starting anything; with `--all` also what tests and checks need.
import { checkNode } from './check-node.mjs';

checkNode();
const { explainFailure } = await import('./launch-error.mjs');
const { prepareCheckout } = await import('./prepare-checkout.mjs');
await explainFailure(() => prepareCheckout(process.argv.includes('--all') ? 'all' : 'run'));
