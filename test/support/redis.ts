import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givePermission } from './services/run-program.mjs';
import { startRedis } from './services/start-redis.mjs';
import { startRedisCluster } from './services/start-redis-cluster.mjs';

/** A Redis that a test may flush or stop. */
export interface OwnRedis {
  url: string;
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

/** A server of the test's own, on a free port. */
export function startOwnRedis(kind: 'single' | 'cluster' = 'single'): Promise<OwnRedis> {
  return inFolder(kind === 'single' ? startRedis : startRedisCluster);
}

async function inFolder(start: (folder: string) => Promise<OwnRedis>): Promise<OwnRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'turnpike-redis-'));
  await givePermission(folder);
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const { url, stop } = await start(folder);
    return {
      url,
      async stop() {
        await stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
