import { requireProgram } from './find-program.mjs';
import { probeGreeting } from './probe-greeting.mjs';
import { findFreePort, startServer } from './run-program.mjs';

/**
 * A Redis or Valkey of its own in `folder`, as a cluster needs it: append-only, nothing evicted.
 *
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRedis(folder) {
  const server = requireProgram(['redis-server', 'valkey-server'], { aptPackage: 'redis-server' });
  const port = await findFreePort();
  const parameters = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const stop = await startServer(
    server,
    [...parameters, '--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--save', ''],
    { folder, isReady: () => probeGreeting(port, 'PING\r\n', (answer) => answer.includes('PONG')) },
  );
  return { url: `redis://127.0.0.1:${port}`, stop };
}
