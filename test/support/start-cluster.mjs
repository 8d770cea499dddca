import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMysql } from './services/start-mysql.mjs';
import { createPostgres } from './services/start-postgres.mjs';
import { createRedis } from './services/start-redis.mjs';
import { givePermission } from './services/run-program.mjs';
import { startGateway } from './start-gateway.mjs';

/** What all nodes of a test cluster share. */
const sharedEnvironment = {
  ENCRYPTION_KEY: 'an-encryption-key-of-the-tests-only',
  SESSION_SECRET: 'a-session-secret-of-the-tests-only',
};

const databases = { postgres: createPostgres, mysql: createMysql };

/**
 * Starts a cluster of real processes: Redis, a database, masters, slaves. Everything can be stopped, killed, made to
 * stand still, and started again.
 *
 * @param {{ database?: 'postgres' | 'mysql', masters?: number, slaves?: number, env?: Record<string, string>,
 *   masterEnv?: Record<string, string>, slaveEnv?: Record<string, string>, redisUrl?: string,
 *   command?: string[], slaveCommand?: string[] }} [options] commands are put in front: `['taskset', '-c', '0']`
 */
export async function startCluster({
  database: kind = 'postgres',
  masters: masterCount = 1,
  slaves: slaveCount = 2,
  env = {},
  masterEnv = {},
  slaveEnv = {},
  redisUrl,
  command = [],
  slaveCommand = command,
} = {}) {
  const stops = [];
  async function stop() {
    const failures = [];
    for (const stopOne of stops.splice(0).reverse()) await stopOne().catch((e) => failures.push(e));
    if (failures.length > 0) throw failures[0];
  }
  async function folder() {
    const path = await mkdtemp(join(tmpdir(), 'turnpike-cluster-'));
    stops.push(() => rm(path, { recursive: true, force: true }));
    await givePermission(path);
    return path;
  }
  async function service(create) {
    const created = await create(await folder());
    stops.push(created.stop);
    await created.start();
    return created;
  }

  try {
    const redis = redisUrl === undefined ? await service(createRedis) : { url: redisUrl };
    const database = await service(databases[kind]);
    const shared = { ...sharedEnvironment, REDIS_CONN_STRING: redis.url, ...env };
    const forMasters = { NODE_TYPE: 'master', SQL_DSN: database.url, ...shared, ...masterEnv };
    const forSlaves = { NODE_TYPE: 'slave', ...shared, ...slaveEnv };
    async function node(options) {
      const gateway = await startGateway(options);
      stops.push(gateway.stop);
      return gateway;
    }
    const masters = [];
    for (let n = 0; n < masterCount; n += 1) masters.push(await node({ env: forMasters, command }));
    const slaves = await Promise.all(
      Array.from({ length: slaveCount }, () => node({ env: forSlaves, command: slaveCommand })),
    );
    return {
      redis,
      database,
      masters,
      slaves,
      /** One more node, with the environment of its kind. */
      addMaster: (more = {}) => node({ env: { ...forMasters, ...more } }),
      addSlave: (more = {}, options = {}) => node({ env: { ...forSlaves, ...more }, ...options }),
      masterEnvironment: forMasters,
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
