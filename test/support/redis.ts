import { rm } from 'node:fs/promises';
import { Redis } from 'ioredis';
import { makeServiceFolder } from './services/make-service-folder.mjs';
import { claimPort } from './services/claim-port.mjs';
import { startRedisCluster } from './services/start-redis-cluster.mjs';
import { createRedis } from './services/start-redis.mjs';
import { waitFor } from './wait-for.ts';

/** A Redis (or Valkey) of a test's own, which it may kill, stop and flush. Its data survives a restart. */
export interface OwnRedis {
  url: string;
  /** `host:port` */
  address: string;
  /** Ends it with SIGKILL. */
  kill(): Promise<void>;
  /** Starts it again on the same port with the same data, and waits until it answers. */
  start(): Promise<void>;
  /** It hangs: connections stand, nothing is answered. */
  freeze(): void;
  thaw(): void;
  /** One command on a connection of its own. */
  ask(command: string, ...parameters: string[]): Promise<unknown>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Three nodes of a Redis Cluster. */
export interface ThreeNodes {
  /** Their addresses, separated by commas. */
  url: string;
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws when TEST_REDIS_URL is not set: a suite that cannot get its service fails */
export function sharedRedisUrl(): string {
  const url = process.env['TEST_REDIS_URL'];
  if (url === undefined || url === '')
    throw new Error(
      'TEST_REDIS_URL is not set: run the tests with `npm test`, which starts a server',
    );
  return url;
}

/** Its bus is by default 10 000 above its port, where the system gives ports to anybody. */
async function clusterParameters(): Promise<string[]> {
  const bus = String(await claimPort());
  const announced = ['--cluster-announce-ip', '127.0.0.1'];
  return ['--cluster-enabled', 'yes', '--cluster-port', bus, ...announced];
}

/** A server on a free port; `isCluster`: a Redis Cluster of this one node. */
export function startOwnRedis(options: { isCluster?: boolean } = {}): Promise<OwnRedis> {
  const isCluster = options.isCluster === true;
  return inFolder(async (folder) => {
    const server = await createRedis(folder, isCluster ? await clusterParameters() : []);
    const ask = (command: string, ...values: string[]): Promise<unknown> =>
      askOnce(server.port, command, values);
    await server.start();
    if (isCluster) {
      await ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
      await waitFor('all slots to be served', async () =>
        String(await ask('CLUSTER', 'INFO')).includes('state:ok'),
      );
    }
    return {
      url: server.url,
      address: `127.0.0.1:${String(server.port)}`,
      kill: () => server.kill(),
      start: () => server.start(),
      stop: () => server.stop(),
      freeze: () => server.signal('SIGSTOP'),
      thaw: () => server.signal('SIGCONT'),
      ask,
    };
  });
}

export function startThreeNodes(): Promise<ThreeNodes> {
  return inFolder(startRedisCluster);
}

async function askOnce(port: number, command: string, values: string[]): Promise<unknown> {
  const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await redis.call(command, ...values);
  } finally {
    redis.disconnect();
  }
}

async function inFolder<Started extends { stop(): Promise<void> }>(
  start: (folder: string) => Promise<Started>,
): Promise<Started> {
  const folder = await makeServiceFolder();
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const started = await start(folder);
    return {
      ...started,
      async stop() {
        await started.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
