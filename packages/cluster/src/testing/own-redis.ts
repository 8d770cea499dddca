import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { waitUntil } from '@turnpike/core/testing';

/** A Redis of a test's own, which it may kill, stop and flush. Its data survives a restart. */
export interface OwnRedis {
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
  remove(): Promise<void>;
}

/** Starts a `redis-server` (or `valkey-server`) that must be on the path. */
export async function startOwnRedis(options: { isCluster?: boolean } = {}): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-redis-'));
  const port = await findFreePort();
  let child: ChildProcess | undefined;

  const ask = async (command: string, ...parameters: string[]): Promise<unknown> => {
    const redis = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      return await redis.call(command, ...parameters);
    } finally {
      redis.disconnect();
    }
  };
  const start = async (): Promise<void> => {
    child = spawn('redis-server', parametersOf(port, folder, options), { stdio: 'ignore' });
    await waitUntil(
      () =>
        ask('PING').then(
          () => true,
          () => false,
        ),
      { what: 'redis-server' },
    );
  };
  const kill = async (): Promise<void> => {
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };

  await start();
  if (options.isCluster === true) {
    await ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await waitUntil(async () => String(await ask('CLUSTER', 'INFO')).includes('state:ok'));
  }
  return {
    address: `127.0.0.1:${String(port)}`,
    kill,
    start,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    ask,
    async remove() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function parametersOf(port: number, folder: string, { isCluster }: { isCluster?: boolean }) {
  return [
    ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
    ...['--appendonly', 'yes', '--appendfsync', 'everysec', '--maxmemory-policy', 'noeviction'],
    ...(isCluster === true
      ? ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1']
      : []),
  ];
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
