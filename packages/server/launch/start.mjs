// `npm start`: installs and builds where that is needed, then runs the gateway in this very process, so that signals
// and the exit code are its own.
import { checkNode } from './check-node.mjs';

checkNode();
const { explainFailure } = await import('./launch-error.mjs');
const { prepareCheckout } = await import('./prepare-checkout.mjs');
await explainFailure(() => prepareCheckout());

const { runGateway } = await import('./run-gateway.mjs');
await runGateway(process.argv.slice(2));
