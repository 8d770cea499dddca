import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { Redis } from 'ioredis';
import { startClusterRedis, type ClusterRedis } from '../../support/cluster/start-cluster-redis.ts';
import type { RedisProxy } from '../../support/cluster/redis-proxy.ts';
import { waitFor } from '../../support/wait-for.ts';

jest.setTimeout(30_000);

let redis: ClusterRedis;
let proxy: RedisProxy;
let node: Redis;
beforeAll(async () => {
  redis = await startClusterRedis('replicated');
  proxy = redis.proxies.slave[0]!;
});
afterAll(() => redis.stop());
beforeEach(() => {
  node = new Redis(proxy.port, {
    commandTimeout: 1500,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  node.on('error', () => undefined);
});
afterEach(() => {
  node.disconnect();
});

const isSetOf =
  (key: string) =>
  ({ name, words }: { name: string; words: readonly string[] }) =>
    name === 'SET' && words[1] === key;

describe('the network between nodes and Redis', () => {
  it('delivers what it held, late', async () => {
    const held = proxy.hold(isSetOf('late'));
    await expect(node.set('late', '1')).rejects.toThrow('timed out');
    await expect(node.get('late')).rejects.toThrow('timed out');
    expect(await redis.direct.get('late')).toBeNull();
    held.release();
    await waitFor('the late command', async () => (await redis.direct.get('late')) === '1');
    await waitFor('the node to see it', async () => (await node.get('late')) === '1');
  });

  it('delivers what it diverted after what was sent later', async () => {
    const diverted = proxy.divert(isSetOf('order'));
    await expect(node.set('order', 'first')).rejects.toThrow();
    expect(diverted.commands).toHaveLength(1);
    await redis.direct.set('order', 'second');
    await waitFor('the node to see it', async () => (await node.get('order')) === 'second');
    diverted.release();
    await waitFor('the late command', async () => (await redis.direct.get('order')) === 'first');
  });

  it('loses what it discards', async () => {
    const held = proxy.hold(isSetOf('lost'));
    await expect(node.set('lost', '1')).rejects.toThrow('timed out');
    held.discard();
    await waitFor('a new connection', async () => (await node.ping()).length > 0);
    expect(await redis.direct.get('lost')).toBeNull();
  });

  it('delivers what a node sent before it died', async () => {
    await node.ping();
    proxy.pause();
    const answer = node.set('orphan', '1').catch(() => undefined);
    await answer;
    node.disconnect();
    proxy.resume();
    await waitFor('the late command', async () => (await redis.direct.get('orphan')) === '1');
  });

  it('keeps announcements from subscribers, and nothing else', async () => {
    const heard: string[] = [];
    node.on('message', (_channel: string, message: string) => heard.push(message));
    await node.subscribe('news');
    proxy.dropMessages();
    await redis.direct.publish('news', 'dropped');
    await node.subscribe('more-news');
    proxy.keepMessages();
    await redis.direct.publish('news', 'kept');
    await waitFor('the message', () => heard.length > 0);
    expect(heard).toEqual(['kept']);
  });

  it('is cut and mended', async () => {
    proxy.cut();
    await expect(node.ping()).rejects.toThrow();
    proxy.mend();
    await waitFor('the node to be back', async () => (await node.ping()).length > 0);
  });

  it('leads to a replica that missed what happened while it was cut off', async () => {
    await redis.direct.set('seen', '1');
    await waitFor('the replica to have it', async () =>
      (await redis.direct.info('replication')).includes('lag=0'),
    );
    redis.replication!.cut();
    await redis.direct.set('missed', '1');
    await redis.replication!.promoteReplica();
    await waitFor('the node to be back', async () => (await node.get('seen')) === '1');
    await waitFor('the node to ask', async () => (await node.get('missed')) === null);
  });
});
