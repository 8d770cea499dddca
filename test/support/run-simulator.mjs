// The simulated provider as a process of its own. Prints one line of JSON, `{"url": …}`, once it listens.
// Flags: --port <n> --max-records <n>
import { parseArgs } from 'node:util';
import { startSimulatedProvider } from '../../packages/server/dist/demo/simulated-provider.js';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'max-records': { type: 'string', default: '200000' },
  },
});

const provider = await startSimulatedProvider({
  port: Number(values.port),
  maxRecords: Number(values['max-records']),
});
process.stdout.write(`${JSON.stringify({ url: provider.url })}\n`);
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void provider.close());
}
