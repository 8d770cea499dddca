import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { claimPort } from '../services/claim-port.mjs';
import { requireProgram } from '../services/find-program.mjs';
import { createServerProcess, givePermission } from '../services/run-program.mjs';
import { probeGreeting } from '../services/probe-greeting.mjs';
import { waitFor } from '../wait-for.ts';
import { connectDirect, makeFolder, runOn, startServer, type ToStop } from './redis-servers.ts';
import type { StartedRedis } from './start-cluster-redis.ts';

const password = 'of-the-data-servers';
const masterName = 'billing';

/** A server, its replica, and a sentinel that lets the replica take over. The servers want a password, the sentinel does not. */
export async function startSentinel(toStop: ToStop): Promise<StartedRedis> {
  const secured = ['--requirepass', password, '--masterauth', password];
  const primary = await startServer(toStop, [...secured, '--repl-diskless-sync-delay', '0']);
  const replica = await startServer(toStop, [
    ...secured,
    ...['--replicaof', '127.0.0.1', String(primary.port)],
  ]);
  await waitFor('the replica to follow', () => runOn(replica, followsItsMaster, password));
  const port = await startSentinelProcess(toStop, primary.port);
  const sentinel = connectDirect(toStop, { port });
  await waitFor('the sentinel to know the replica', async () =>
    String(await sentinel.call('SENTINEL', 'REPLICAS', masterName)).includes(String(replica.port)),
  );
  const servers = [primary];
  const url = `127.0.0.1:${port}`;
  const direct = new Redis({
    sentinels: [{ host: '127.0.0.1', port }],
    name: masterName,
    password,
    maxRetriesPerRequest: null,
  });
  direct.on('error', () => undefined);
  toStop(() => {
    direct.disconnect();
    return Promise.resolve();
  });
  return {
    urls: { master: url, slave: url },
    environment: { REDIS_MASTER_NAME: masterName, REDIS_PASSWORD: password },
    password,
    proxies: { master: [], slave: [] },
    servers,
    direct,
    async failOver() {
      await primary.kill('SIGKILL');
      servers.splice(0, 1, replica);
      await waitFor(
        'the sentinel to promote the replica',
        () =>
          runOn(replica, async (connection) => (await connection.role())[0] === 'master', password),
        30_000,
      );
    },
  };
}

async function followsItsMaster(connection: Redis): Promise<boolean> {
  return (await connection.info('replication')).includes('master_link_status:up');
}

async function startSentinelProcess(toStop: ToStop, primaryPort: number): Promise<number> {
  const folder = await makeFolder(toStop);
  const port = await claimPort();
  const file = join(folder, 'sentinel.conf');
  // A sentinel writes what it learns into this file.
  await writeFile(
    file,
    [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor ${masterName} 127.0.0.1 ${primaryPort} 1`,
      `sentinel auth-pass ${masterName} ${password}`,
      `sentinel down-after-milliseconds ${masterName} 1000`,
      `sentinel failover-timeout ${masterName} 5000`,
      '',
    ].join('\n'),
  );
  await chmod(file, 0o666);
  await givePermission(folder);
  const program = requireProgram(['redis-server', 'valkey-server'], { aptPackage: 'redis-server' });
  const sentinel = createServerProcess(program, [file, '--sentinel'], {
    folder,
    isReady: () => probeGreeting(port, 'PING\r\n', (answer) => answer.includes('PONG')),
  });
  toStop(sentinel.stop);
  await sentinel.start();
  return port;
}
