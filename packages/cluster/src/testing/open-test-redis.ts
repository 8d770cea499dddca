import { randomBytes } from 'node:crypto';
import { connectConsumer, connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';

/** Connections to the shared Redis of the tests, with a key prefix of their own. */
export interface TestRedis {
  redis: RedisClient;
  keys: Keys;
  prefix: string;
  /** A further connection; closed with the rest. */
  connect(kind: 'producer' | 'consumer'): Promise<RedisClient>;
  /** Removes what was written under the prefix, and closes every connection. */
  close(): Promise<void>;
}

/** @throws when there is no Redis: a suite that cannot get its service fails */
export async function openTestRedis(address = requireAddress()): Promise<TestRedis> {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const settings = { address, keyPrefix: prefix, commandTimeoutMs: 2000 };
  const opened: RedisClient[] = [];
  async function connect(kind: 'producer' | 'consumer'): Promise<RedisClient> {
    const client = kind === 'producer' ? connectProducer(settings) : connectConsumer(settings);
    client.on('error', () => undefined);
    opened.push(client);
    if (client.status !== 'ready')
      await new Promise<void>(
        (resolve) =>
          void client.once('ready', () => {
            resolve();
          }),
      );
    return client;
  }
  const redis = await connect('producer');
  return {
    redis,
    keys: createKeys(prefix),
    prefix,
    connect,
    async close() {
      await removeKeys(redis, prefix).catch(() => undefined); // a server that a test stopped took them along
      for (const client of opened) client.disconnect();
    },
  };
}

async function removeKeys(redis: RedisClient, prefix: string): Promise<void> {
  if (redis.isCluster) return;
  for (let cursor = '0'; ;) {
    const answer = await redis.call('SCAN', cursor, 'MATCH', `*${prefix}*`, 'COUNT', '1000');
    const [next, names] = answer as [string, string[]];
    if (names.length > 0) await redis.unlink(...names);
    if (next === '0') return;
    cursor = next;
  }
}

function requireAddress(): string {
  const address = process.env['TEST_REDIS_URL'];
  if (address === undefined || address === '')
    throw new Error('TEST_REDIS_URL is not set: run the tests with `npm test`, which starts one');
  return address;
}
