import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to connections and to those who ask for any (Linux: from 32768), so that none of
 * these takes one while its server is down: tests kill servers and start them again where they were.
 */
const LOWEST = 15_000;
const HIGHEST = 32_700;
/** Claims live as long as their process, unreferenced: nothing has to give a port back. */
const claims = new Set();

/**
 * A port of 127.0.0.1 that nobody listens on, and that no other test process is given while this one lives, however
 * often its server stops and starts.
 *
 * @param {{ alsoAbove?: number }} [options] the port so much above it is claimed as well
 * @returns {Promise<number>}
 */
export async function claimPort({ alsoAbove } = {}) {
  const count = HIGHEST - LOWEST - (alsoAbove ?? 0);
  const start = Math.floor(Math.random() * count);
  for (let step = 0; step < count; step += 1) {
    const port = LOWEST + ((start + step) % count);
    if (!(await tryToClaim(port))) continue;
    if (alsoAbove === undefined || (await tryToClaim(port + alsoAbove))) return port;
  }
  throw new Error(`no port of 127.0.0.1 between ${LOWEST} and ${HIGHEST} is free`);
}

/**
 * The sign of a claim is the UDP port of the same number, which no server under test uses: of all processes the system
 * gives it to one, and takes it back however that one ends.
 *
 * @param {number} port
 * @returns {Promise<boolean>}
 */
async function tryToClaim(port) {
  const claim = createSocket('udp4');
  const isOurs = await new Promise((resolve) => {
    claim.once('error', () => resolve(false));
    claim.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true));
  });
  if (isOurs && (await isFree(port))) {
    claim.unref();
    claims.add(claim);
    return true;
  }
  claim.close();
  return false;
}

/** @param {number} port @returns {Promise<boolean>} */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
