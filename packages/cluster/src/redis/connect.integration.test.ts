import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { waitUntil } from '@turnpike/core/testing';
import {
  sharedRedisUrl,
  startOwnRedis,
  startThreeNodes,
  type OwnRedis,
} from '../../../../test/support/redis.ts';
import { checkRedis } from './check-redis.ts';
import { connectConsumer, connectProducer, type RedisClient } from './connect.ts';

const keyPrefix = 'test';
let clients: RedisClient[] = [];
afterEach(() => {
  for (const client of clients) client.disconnect();
  clients = [];
});

function producer(address: string, commandTimeoutMs = 2000): RedisClient {
  const client = connectProducer({ address, keyPrefix, commandTimeoutMs });
  clients.push(client);
  return client;
}

describe('a connection', () => {
  let own: OwnRedis;
  beforeAll(async () => {
    own = await startOwnRedis();
  });
  afterAll(() => own.stop());

  it('of a producer fails at once while there is no server', async () => {
    await expect(producer('127.0.0.1:1').ping()).rejects.toThrow();
  });

  it('of a producer gives a command up after its deadline', async () => {
    const client = producer(own.url, 100);
    await waitUntil(() => client.status === 'ready');
    await client.call('CLIENT', 'PAUSE', '250', 'ALL');
    await expect(client.ping()).rejects.toThrow('timed out');
  });

  it('of a consumer waits for its server', async () => {
    const consumer = connectConsumer({ address: own.url, keyPrefix, commandTimeoutMs: 100 });
    clients.push(consumer);
    await waitUntil(() => consumer.status === 'ready');
    await consumer.call('CLIENT', 'PAUSE', '250', 'ALL');
    expect(await consumer.ping()).toBe('PONG');
  });
});

describe('checkRedis', () => {
  it('finds nothing wrong with a server that keeps everything', async () => {
    expect(await checkRedis(producer(sharedRedisUrl()), 5000)).toEqual({
      problems: [],
      warnings: [],
    });
  });

  it('names a database that the server does not have, where the client would go on in database 0', async () => {
    const own = await startOwnRedis();
    try {
      const { problems } = await checkRedis(producer(`${own.url}/999`), 5000);
      expect(problems).toEqual([expect.stringMatching(/database 999 \(ERR .*\)\. Put another/)]);
      expect((await checkRedis(producer(`${own.url}/3`), 5000)).problems).toEqual([]);
    } finally {
      await own.stop();
    }
  });

  it('says what to change', async () => {
    const own = await startOwnRedis();
    try {
      const client = producer(own.url);
      await waitUntil(() => client.status === 'ready');
      await client.config('SET', 'maxmemory-policy', 'allkeys-lru');
      await client.config('SET', 'appendonly', 'no');
      const { problems, warnings } = await checkRedis(client, 5000);
      expect(problems).toEqual([expect.stringContaining('Set it to noeviction')]);
      expect(warnings).toEqual([expect.stringContaining('CONFIG SET appendonly yes')]);
    } finally {
      await own.stop();
    }
  });

  it('tolerates a service that forbids to look', async () => {
    const own = await startOwnRedis();
    try {
      const admin = producer(own.url);
      await waitUntil(() => admin.status === 'ready');
      await admin.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '+@all', '-config');
      const url = own.url.replace('redis://', 'redis://app:pw@');
      const { problems, warnings } = await checkRedis(producer(url), 5000);
      // INFO tells the policy and whether the append-only file is on as well.
      expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
      await admin.call('ACL', 'SETUSER', 'app', '-info');
      const blind = await checkRedis(producer(url), 5000);
      expect(blind.problems).toEqual([]);
      expect(blind.warnings).toHaveLength(3);
    } finally {
      await own.stop();
    }
  });

  it('names REDIS_CONN_STRING when nothing answers', async () => {
    const { problems } = await checkRedis(producer('127.0.0.1:1'), 200);
    expect(problems).toEqual([expect.stringMatching(/within 0\.2 s .*REDIS_CONN_STRING/)]);
  });

  it('tells a wrong password from a server that is away', async () => {
    const own = await startOwnRedis();
    try {
      const admin = producer(own.url);
      await waitUntil(() => admin.status === 'ready');
      await admin.call('ACL', 'SETUSER', 'app', 'on', '>pw', '~*', '+@all');
      const wrong = producer(own.url.replace('redis://', 'redis://app:other@'));
      const { problems } = await checkRedis(wrong, 1000);
      expect(problems).toEqual([
        expect.stringMatching(/WRONGPASS.*Check the user and the password in REDIS_CONN_STRING/),
      ]);
    } finally {
      await own.stop();
    }
  });

  it('looks at each master of a Redis Cluster', async () => {
    const cluster = await startThreeNodes();
    try {
      const client = producer(cluster.url);
      expect(await checkRedis(client, 10_000)).toEqual({ problems: [], warnings: [] });
      const [, , third = ''] = cluster.url.split(',');
      const one = producer(third);
      await waitUntil(() => one.status === 'ready');
      await one.config('SET', 'maxmemory-policy', 'volatile-lru');
      const { problems } = await checkRedis(client, 10_000);
      expect(problems).toEqual([expect.stringContaining(third.replace('redis://', 'Redis '))]);
    } finally {
      await cluster.stop();
    }
  }, 70_000);
});
