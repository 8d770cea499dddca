import { claimPort } from './claim-port.mjs';
import { requireProgram } from './find-program.mjs';
import { probeGreeting } from './probe-greeting.mjs';
import { createServerProcess } from './run-program.mjs';

/**
 * A Redis or Valkey of its own in `folder`, as a cluster needs it: append-only, nothing evicted. What it wrote outlives
 * its process: tests kill it. A loss of power is not among them, so the disk, which it shares with a database here, is
 * not waited for.
 *
 * @param {string} folder
 * @param {string[]} [more] further parameters
 */
export async function createRedis(folder, more = []) {
  const server = requireProgram(['redis-server', 'valkey-server'], { aptPackage: 'redis-server' });
  const port = await claimPort();
  const parameters = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder];
  const program = createServerProcess(
    server,
    [
      ...parameters,
      ...['--appendonly', 'yes', '--appendfsync', 'no', '--maxmemory-policy', 'noeviction'],
      ...['--save', '', ...more],
    ],
    { folder, isReady: () => probeGreeting(port, 'PING\r\n', isAwake) },
  );
  return { ...program, port, url: `redis://127.0.0.1:${port}` };
}

/** One with a password says that it wants it. @param {Buffer} answer */
function isAwake(answer) {
  return answer.includes('PONG') || answer.includes('NOAUTH');
}

/**
 * @param {string} folder
 * @returns {Promise<{ url: string, stop: () => Promise<void> }>}
 */
export async function startRedis(folder) {
  const redis = await createRedis(folder);
  await redis.start();
  return redis;
}
