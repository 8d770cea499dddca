import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimPort } from '../support/services/claim-port.mjs';
import { findProgram } from '../support/services/find-program.mjs';
import { startNginx } from '../support/try/start-nginx.mjs';

/**
 * nginx before the slaves of a cluster, with the configuration that operators use.
 *
 * @param {{ masters: { port: number }[], slaves: { port: number }[] }} cluster
 * @returns {Promise<{ url: string, stop(): Promise<void> }>}
 */
export async function startBalancer({ masters, slaves }) {
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-nginx-'));
  const stops = [];
  const port = await claimPort();
  const url = await startNginx(findProgram(['nginx']), {
    folder,
    port,
    master: masters[0],
    slaves,
    stops,
  });
  return {
    url,
    async stop() {
      for (const stop of stops) await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
