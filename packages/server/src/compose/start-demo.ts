import type { Server } from 'node:http';
import { createPasswordHasher } from '@turnpike/master';
import { seedDemo } from '../demo/seed-demo.ts';
import { startSimulatedProvider } from '../demo/simulated-provider.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Management } from './gateway.ts';

const MODEL = 'gpt-4o-mini';

/**
 * Starts the simulated provider and makes sample data, so that everything can be tried without any key.
 *
 * @returns a key and a model that work
 */
export async function startDemo({
  management,
  server,
  lifecycle,
}: {
  management: Management;
  server: Server;
  lifecycle: Lifecycle;
}): Promise<{ key: string; model: string } | undefined> {
  const provider = await startSimulatedProvider();
  lifecycle.onStop('simulated provider', () => provider.close());
  const { users, apiTokens, channels } = management.store;
  await seedDemo({
    users,
    apiTokens,
    channels,
    hashPassword: (password) => createPasswordHasher().hash(password),
    publish: () => management.master.publishConfig(),
    gatewayUrl: `http://127.0.0.1:${String(portOf(server))}`,
    providerUrl: provider.url,
    print: (line) => void process.stdout.write(`${line}\n`),
  });
  const alice = await users.findForLogin('alice');
  const [token] =
    alice === undefined
      ? []
      : await apiTokens.list({ userId: alice.user.id, offset: 0, limit: 10 });
  return token === undefined ? undefined : { key: token.key, model: MODEL };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
