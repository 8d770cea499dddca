#!/usr/bin/env node
// The `turnpike` command, for a checkout or an image that is built. See `turnpike help`.
import { existsSync } from 'node:fs';
import { checkNode } from '../launch/check-node.mjs';

checkNode();
if (!existsSync(new URL('../dist/index.js', import.meta.url))) {
  process.stderr.write(
    'Turnpike is not built yet. Run `npm start`, or `npm ci && npm run build`.\n',
  );
  process.exit(1);
}
const { runGateway } = await import('../launch/run-gateway.mjs');
await runGateway(process.argv.slice(2));
