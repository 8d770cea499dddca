import { rm } from 'node:fs/promises';
import { Redis, type Cluster } from 'ioredis';
import { makeServiceFolder } from '../services/make-service-folder.mjs';
import { createRedis, type RedisServer } from '../services/start-redis.mjs';
import { startRedisProxy, type RedisProxy } from './redis-proxy.ts';

/** Takes note of what must be ended when the test is over. */
export type ToStop = (stop: () => Promise<unknown>) => void;

/** A folder that the servers' account may use. */
export async function makeFolder(toStop: ToStop): Promise<string> {
  const folder = await makeServiceFolder();
  toStop(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function runOn<Value>(
  server: RedisServer,
  run: (connection: Redis) => Promise<Value>,
  password?: string,
): Promise<Value> {
  const connection = quiet(
    new Redis({ port: server.port, ...(password !== undefined && { password }) }),
  );
  try {
    return await run(connection);
  } finally {
    connection.disconnect();
  }
}

/** Tests take servers away; a connection that says so has nothing new to tell. */
export function quiet<Connection extends Redis | Cluster>(connection: Connection): Connection {
  connection.on('error', () => undefined);
  return connection;
}

export async function startServer(
  toStop: ToStop,
  more: readonly string[] = [],
): Promise<RedisServer> {
  const server = await createRedis(await makeFolder(toStop), more);
  toStop(server.stop);
  await server.start();
  return server;
}

export async function startProxy(toStop: ToStop, port: number): Promise<RedisProxy> {
  const proxy = await startRedisProxy(port);
  toStop(proxy.close);
  return proxy;
}

export function connectDirect(toStop: ToStop, options: { port: number }): Redis {
  const direct = quiet(new Redis({ maxRetriesPerRequest: null, ...options }));
  toStop(() => {
    direct.disconnect();
    return Promise.resolve();
  });
  return direct;
}
