import { Cluster, type Redis } from 'ioredis';
import { claimPort } from '../services/claim-port.mjs';
import type { RedisServer } from '../services/start-redis.mjs';
import { waitFor } from '../wait-for.ts';
import type { RedisProxy } from './redis-proxy.ts';
import {
  connectDirect,
  quiet,
  runOn,
  startProxy,
  startServer,
  type ToStop,
} from './redis-servers.ts';
import { startSentinel } from './start-redis-sentinel.ts';
import { startTls } from './start-redis-tls.ts';

export type RedisKind = 'single' | 'cluster' | 'replicated' | 'sentinel' | 'tls';

/** The Redis of a test, behind proxies. */
export interface ClusterRedis {
  /** `REDIS_CONN_STRING` of each role. */
  urls: { master: string; slave: string };
  /** What else the nodes need to be told. */
  environment?: Record<string, string>;
  /** Of the servers. */
  password?: string;
  /** The network of each role; one and the same where Redis is a cluster. */
  proxies: { master: readonly RedisProxy[]; slave: readonly RedisProxy[] };
  /** Every server that holds data now. */
  servers: readonly RedisServer[];
  /** A connection past the proxies. */
  direct: Redis | Cluster;
  /** Direct connections to each server that holds data. */
  each<Value>(run: (server: Redis) => Promise<Value>): Promise<Value[]>;
  /** With a sentinel only: kills the server that is written to, and waits until the other has taken over. */
  failOver?(): Promise<void>;
  /** Replicated only. */
  replication?: { cut(): void; promoteReplica(): Promise<void> };
  stop(): Promise<void>;
}

export type StartedRedis = Omit<ClusterRedis, 'stop' | 'each'>;

type Starter = (toStop: ToStop) => Promise<StartedRedis>;

const starters: Record<RedisKind, Starter> = {
  single: startSingle,
  cluster: startThreeNodes,
  replicated: startReplicated,
  sentinel: startSentinel,
  tls: startTls,
};

export async function startClusterRedis(kind: RedisKind): Promise<ClusterRedis> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const stopOne of stops.splice(0).reverse()) await stopOne();
  };
  try {
    const started = await starters[kind]((stopOne) => stops.push(stopOne));
    return Object.assign(started, {
      each: <Value>(run: (server: Redis) => Promise<Value>) =>
        Promise.all(started.servers.map((server) => runOn(server, run, started.password))),
      stop,
    });
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startSingle(toStop: ToStop): Promise<StartedRedis> {
  const server = await startServer(toStop);
  const master = await startProxy(toStop, server.port);
  const slave = await startProxy(toStop, server.port);
  return {
    urls: { master: urlOf(master), slave: urlOf(slave) },
    proxies: { master: [master], slave: [slave] },
    servers: [server],
    direct: connectDirect(toStop, { port: server.port }),
  };
}

const urlOf = ({ port }: RedisProxy): string => `redis://127.0.0.1:${port}`;

/** A server and a replica that follows it through a proxy of its own, so that it can be made to miss what happens. */
async function startReplicated(toStop: ToStop): Promise<StartedRedis> {
  const primary = await startServer(toStop, ['--repl-diskless-sync-delay', '0']);
  const link = await startProxy(toStop, primary.port);
  const replica = await startServer(toStop, ['--replicaof', '127.0.0.1', String(link.port)]);
  const master = await startProxy(toStop, primary.port);
  const slave = await startProxy(toStop, primary.port);
  const servers = [primary];
  const replicaConnection = connectDirect(toStop, { port: replica.port });
  await waitFor('the replica to follow', async () =>
    (await replicaConnection.info('replication')).includes('master_link_status:up'),
  );
  const started = {
    urls: { master: urlOf(master), slave: urlOf(slave) },
    proxies: { master: [master], slave: [slave] },
    servers,
    direct: connectDirect(toStop, { port: primary.port }),
    replication: {
      cut: () => {
        link.cut();
      },
      async promoteReplica() {
        await replicaConnection.replicaof('NO', 'ONE');
        for (const proxy of [master, slave]) proxy.switchTo(replica.port);
        servers.splice(0, 1, replica);
        started.direct = replicaConnection;
        await primary.kill('SIGKILL');
      },
    },
  };
  return started;
}

const SLOTS = 16_384;

/** Three servers that share the slots. They announce the ports of their proxies, so that every node comes through these. */
async function startThreeNodes(toStop: ToStop): Promise<StartedRedis> {
  const members = await Promise.all(
    [0, 1, 2].map(async () => {
      const proxy = await startProxy(toStop, 1);
      const bus = await claimPort();
      const server = await startServer(toStop, [
        ...['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000'],
        ...['--cluster-announce-ip', '127.0.0.1', '--cluster-announce-port', String(proxy.port)],
        ...['--cluster-port', String(bus), '--cluster-require-full-coverage', 'no'],
      ]);
      proxy.switchTo(server.port);
      return { proxy, server, bus };
    }),
  );
  for (const [index, { server }] of members.entries()) {
    const first = Math.floor((SLOTS * index) / members.length);
    const last = Math.floor((SLOTS * (index + 1)) / members.length) - 1;
    await runOn(server, async (connection) => {
      await connection.call('CLUSTER', 'ADDSLOTSRANGE', first, last);
      for (const other of members)
        await connection.call('CLUSTER', 'MEET', '127.0.0.1', other.server.port, other.bus);
    });
  }
  for (const { server } of members)
    await waitFor('the nodes to know one another', () =>
      runOn(server, async (connection) => {
        const info = String(await connection.call('CLUSTER', 'INFO'));
        return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
      }),
    );
  const proxies = members.map(({ proxy }) => proxy);
  const url = proxies.map(({ port }) => `127.0.0.1:${port}`).join(',');
  const natMap = Object.fromEntries(
    members.map(({ proxy, server }) => [
      `127.0.0.1:${proxy.port}`,
      { host: '127.0.0.1', port: server.port },
    ]),
  );
  const direct = quiet(
    new Cluster(
      members.map(({ server }) => ({ host: '127.0.0.1', port: server.port })),
      { natMap },
    ),
  );
  toStop(() => {
    direct.disconnect();
    return Promise.resolve();
  });
  return {
    urls: { master: url, slave: url },
    proxies: { master: proxies, slave: proxies },
    servers: members.map(({ server }) => server),
    direct,
  };
}
