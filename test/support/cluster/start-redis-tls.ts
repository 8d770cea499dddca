import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { claimPort } from '../services/claim-port.mjs';
import { createRedis } from '../services/start-redis.mjs';
import { givePermission } from '../services/run-program.mjs';
import { connectDirect, makeFolder, type ToStop } from './redis-servers.ts';
import type { StartedRedis } from './start-cluster-redis.ts';

/** Of the authority that signed the server's certificate (for `localhost`); both last a hundred years. */
const authorityFile = fileURLToPath(new URL('../tls/ca.pem', import.meta.url));

/** A server that nodes reach through TLS only; the test looks at it past that. */
export async function startTls(toStop: ToStop): Promise<StartedRedis> {
  const folder = await makeFolder(toStop);
  for (const name of ['server.pem', 'server.key'])
    await copyFile(new URL(`../tls/${name}`, import.meta.url), join(folder, name));
  await givePermission(folder);
  const tlsPort = await claimPort();
  const server = await createRedis(folder, [
    ...['--tls-port', String(tlsPort), '--tls-auth-clients', 'no'],
    ...['--tls-cert-file', 'server.pem', '--tls-key-file', 'server.key'],
    ...['--tls-ca-cert-file', 'server.pem'],
  ]);
  toStop(server.stop);
  await server.start();
  const url = `rediss://localhost:${tlsPort}`;
  return {
    urls: { master: url, slave: url },
    environment: { NODE_EXTRA_CA_CERTS: authorityFile },
    proxies: { master: [], slave: [] },
    servers: [server],
    direct: connectDirect(toStop, { port: server.port }),
  };
}
