import { openBooks } from '../../load/books.mjs';
import type { Knex } from 'knex';
import { logIn, type AdminClient } from '../admin-client.mjs';
import { startCluster, type ClusterOptions, type StartedCluster } from '../start-cluster.mjs';
import type { Gateway } from '../start-gateway.mjs';
import { clusterTimes } from './cluster-times.ts';
import { startSimulator, type Simulator } from './simulator-process.ts';
import { startClusterRedis, type ClusterRedis, type RedisKind } from './start-cluster-redis.ts';

export interface ClusterWorldOptions extends Omit<ClusterOptions, 'redisUrl'> {
  redis?: RedisKind;
  /** Options of the gateway beside prices. */
  options?: Record<string, unknown>;
}

/** A cluster with an upstream, two channels and prices; everything in it can be killed, cut off and started again. */
export interface ClusterWorld extends Omit<StartedCluster, 'stop'> {
  redis: ClusterRedis;
  simulator: Simulator;
  /** Root, against the first master. */
  admin: AdminClient;
  /** Past the gateway. */
  books: Knex;
  nodes(): Gateway[];
  /** What every node printed lately. */
  logs(): string;
  /** A name that nothing has yet in this world. */
  newName(kind: string): string;
  /** To be called by what must not outlive a case. */
  onMend(end: () => void): void;
  /** After a case, whatever became of it: everything runs again and is connected, no traffic is left. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export const model = 'gpt-4o-mini';
const modelRatio = 1.5;
const completionRatio = 3;

/** Quota units. */
export function price(usage: { promptTokens: number; completionTokens: number }): number {
  return Math.ceil((usage.promptTokens + usage.completionTokens * completionRatio) * modelRatio);
}

export async function startClusterWorld({
  redis: redisKind = 'single',
  options = {},
  env = {},
  masterEnv = {},
  slaveEnv = {},
  ...rest
}: ClusterWorldOptions = {}): Promise<ClusterWorld> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const stopOne of stops.splice(0).reverse())
      await stopOne().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    const starting = startSimulator().then((started) => {
      stops.push(started.stop);
      return started;
    });
    const redis = await startClusterRedis(redisKind);
    stops.push(redis.stop);
    const cluster = await startCluster({
      ...rest,
      redisUrl: redis.urls.master,
      env: { ...clusterTimes, ...redis.environment, ...env },
      masterEnv,
      slaveEnv: { REDIS_CONN_STRING: redis.urls.slave, ...slaveEnv },
    });
    stops.push(cluster.stop);
    const simulator = await starting;
    const books = openBooks({ dsn: cluster.database.url });
    stops.push(() => books.destroy());
    const nodes = trackNodes(cluster);
    const admin = await prepare(cluster, simulator, options).catch((error: unknown) => {
      throw new Error(`could not set the world up:\n${nodes.logs()}`, { cause: error });
    });
    let names = 0;
    const ends: (() => void)[] = [];
    return {
      ...cluster,
      ...nodes,
      redis,
      simulator,
      admin,
      books,
      newName: (kind) => `${kind}-${(names += 1)}`,
      onMend: (end) => void ends.push(end),
      async mend() {
        for (const end of ends.splice(0)) end();
        await mendAll(redis, cluster, nodes.nodes());
      },
      async stop() {
        for (const end of ends.splice(0)) end();
        await stop();
      },
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}

async function mendAll(
  redis: ClusterRedis,
  { database }: StartedCluster,
  nodes: readonly Gateway[],
): Promise<void> {
  for (const proxy of new Set([...redis.proxies.master, ...redis.proxies.slave])) proxy.mend();
  for (const service of [...redis.servers, database]) {
    service.signal('SIGCONT');
    if (!service.isRunning()) await service.start();
  }
  await Promise.all(
    nodes.map(async (node) => {
      node.signal('SIGCONT');
      if (!node.isRunning) await node.start();
    }),
  );
}

/** Nodes that join later belong to the world as well. */
function trackNodes(
  cluster: StartedCluster,
): Pick<ClusterWorld, 'nodes' | 'logs' | 'addMaster' | 'addSlave'> {
  const nodes = [...cluster.masters, ...cluster.slaves];
  const track = async (starting: Promise<Gateway>): Promise<Gateway> => {
    const node = await starting;
    nodes.push(node);
    return node;
  };
  return {
    nodes: () => [...nodes],
    logs: () => nodes.map((node) => `--- ${node.url} ---\n${node.logs().slice(-8000)}`).join('\n'),
    addMaster: (...given) => track(cluster.addMaster(...given)),
    addSlave: (...given) => track(cluster.addSlave(...given)),
  };
}

/** Two channels in two tiers, so that a failing upstream is tried again elsewhere. */
async function prepare(
  cluster: StartedCluster,
  simulator: Simulator,
  options: Record<string, unknown>,
): Promise<AdminClient> {
  const admin = await logIn(cluster.masters[0]!.url);
  const all = {
    HardBudgetEnabled: 'true',
    RetryTimes: '1',
    ModelRatio: { [model]: modelRatio },
    CompletionRatio: { [model]: completionRatio },
    ...options,
  };
  for (const [key, value] of Object.entries(all)) await admin.setOption(key, value);
  for (const [name, priority] of [
    ['first', 10],
    ['second', 0],
  ] as const) {
    await admin.createChannel({
      name,
      baseUrl: `${simulator.url}/as/${name}`,
      models: model,
      priority,
    });
  }
  return admin;
}
