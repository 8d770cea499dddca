import { rm } from 'node:fs/promises';
import { makeServiceFolder } from './services/make-service-folder.mjs';
import { createMysql } from './services/start-mysql.mjs';
import { createPostgres } from './services/start-postgres.mjs';
import { createRedis } from './services/start-redis.mjs';
import { startGateway } from './start-gateway.mjs';

/** What all nodes of a test cluster share. */
const sharedEnvironment = {
  ENCRYPTION_KEY: 'an-encryption-key-of-the-tests-only',
  SESSION_SECRET: 'a-session-secret-of-the-tests-only',
};

/** What a database confirmed must outlive its process: tests kill it. A loss of power is not among them. */
const databases = {
  postgres: (folder) => createPostgres(folder, ['synchronous_commit=on']),
  mysql: (folder) => createMysql(folder, ['--innodb-flush-log-at-trx-commit=2']),
};

/**
 * Starts a cluster of real processes: Redis, a database, masters, slaves. Everything can be stopped, killed, made to
 * stand still, and started again.
 *
 * @param {{ database?: 'postgres' | 'mysql', masters?: number, slaves?: number, env?: Record<string, string>,
 *   masterEnv?: Record<string, string>, slaveEnv?: Record<string, string>, redisUrl?: string,
 *   command?: string[], slaveCommand?: string[] } [options] with `redisUrl` Redis is the caller's; commands are put in
 *   front: `['taskset', '-c', '0']`
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
    const path = await makeServiceFolder();
    stops.push(() => rm(path, { recursive: true, force: true }));
    return path;
  }
  async function service(create) {
    const created = await create(await folder());
    stops.push(created.stop);
    await created.start();
    return created;
  }

  try {
    const [redis, database] = await Promise.all([
      redisUrl === undefined ? service(createRedis) : { url: redisUrl },
      service(databases[kind]),
    ]);
    const shared = { ...sharedEnvironment, REDIS_CONN_STRING: redis.url, ...env };
    const forMasters = { NODE_TYPE: 'master', SQL_DSN: database.url, ...shared, ...masterEnv };
    const forSlaves = { NODE_TYPE: 'slave', ...shared, ...slaveEnv };
    const nodes = [];
    async function node(options) {
      const gateway = await startGateway(options);
      nodes.push(gateway);
      return gateway;
    }
    // Before their services: a node that cannot reach them would take its time to end.
    stops.push(() => Promise.all(nodes.map((gateway) => gateway.stop())));
    const several = (count, options) =>
      Promise.all(Array.from({ length: count }, () => node(options)));
    const [masters, slaves] = await Promise.all([
      several(masterCount, { env: forMasters, command }),
      several(slaveCount, { env: forSlaves, command: slaveCommand }),
    ]);
    return {
      redis,
      database,
      masters,
      slaves,
      /** One more node, with the environment of its kind. */
      addMaster: (more = {}, options = {}) => node({ env: { ...forMasters, ...more }, ...options }),
      addSlave: (more = {}, options = {}) => node({ env: { ...forSlaves, ...more }, ...options }),
      masterEnvironment: forMasters,
      stop,
    };
  } catch (error) {
    await stop().catch(() => undefined);
    throw error;
  }
}
