import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type BusEvents, type Logger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { describeConfigBus, makeSnapshot } from './config-bus.contract.ts';
import {
  noAccounts,
  openNode,
  openRedisBusHarness,
  type Node,
} from './redis-config-bus-harness.contract.ts';
import type { RedisConfigBusDeps } from './redis-config-bus.ts';

describeConfigBus('Redis', () => openRedisBusHarness());

describe('ConfigBus (Redis, several nodes)', () => {
  let test: TestRedis;
  let nodes: Node[];
  beforeEach(async () => {
    test = await openTestRedis();
    nodes = [];
  });
  afterEach(async () => {
    for (const { bus } of nodes) await bus.close();
    await test.close();
  });

  async function open(deps: Partial<RedisConfigBusDeps> = {}): Promise<Node> {
    const node = await openNode(test, deps);
    nodes.push(node);
    return node;
  }

  function collect({ bus }: Node): {
    accounts: BusEvents['accounts-changed'][];
    configs: number[];
  } {
    const accounts: BusEvents['accounts-changed'][] = [];
    const configs: number[] = [];
    bus.subscribe('accounts-changed', (change) => accounts.push(change));
    bus.subscribe('config-changed', ({ version }) => configs.push(version));
    return { accounts, configs };
  }

  it('brings snapshots and changed accounts to every node', async () => {
    const master = await open();
    const relay = await open({ accounts: undefined });
    const told = collect(relay);

    await master.bus.publishSnapshot(makeSnapshot(3));
    await master.bus.announceAccounts({ userIds: [4], apiTokenIds: [] });

    await waitUntil(() => told.accounts.length === 1);
    expect(told).toEqual({ accounts: [{ userIds: [4], apiTokenIds: [] }], configs: [3] });
    expect(await relay.bus.latestSnapshot()).toEqual(makeSnapshot(3));
  });

  it('reads accounts afresh and writes them before it tells anybody', async () => {
    const steps: unknown[] = [];
    const change = { userIds: [4], apiTokenIds: [5] };
    const master = await open({
      accounts: {
        source: {
          read(ids) {
            steps.push(['read', ids]);
            return Promise.resolve(noAccounts);
          },
        },
        directory: {
          put(accounts) {
            steps.push(['put', accounts]);
            return Promise.resolve();
          },
        },
      },
    });
    master.bus.subscribe('accounts-changed', (event) => steps.push(['told', event]));

    await master.bus.announceAccounts(change);

    const expected = [
      ['read', change],
      ['put', noAccounts],
      ['told', change],
    ];
    expect(steps.slice(0, 3)).toEqual(expected);
  });

  it('says that anything may have changed where the list is long', async () => {
    const node = await open();
    const told = collect(node);
    const userIds = Array.from({ length: 1001 }, (_, n) => n);

    await node.bus.tellAccountsChanged({ userIds, apiTokenIds: [] });

    expect(told.accounts[0]).toEqual({ userIds: [], apiTokenIds: [] });
  });

  it('reads the body of a snapshot only when there is another version', async () => {
    const { bus } = await open();
    await bus.publishSnapshot(makeSnapshot(3));
    const first = await bus.latestSnapshot();

    expect(await bus.latestSnapshot()).toBe(first);
    await test.redis.del(test.keys.config);
    expect(await bus.latestSnapshot()).toBeUndefined();
  });

  it('leaves a snapshot of a newer format alone, and says so once', async () => {
    const warnings: object[] = [];
    const logger: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields) };
    const { bus } = await open({ logger });
    await bus.publishSnapshot(makeSnapshot(3));
    await bus.latestSnapshot();

    await test.redis.hset(test.keys.config, { version: 4, format: 2, snapshot: 'unreadable' });

    expect(await bus.latestSnapshot()).toEqual(makeSnapshot(3));
    expect(await bus.latestSnapshot()).toEqual(makeSnapshot(3));
    expect(warnings).toEqual([{ version: 4, format: '2' }]);
    await bus.publishSnapshot(makeSnapshot(4));
    expect(await test.redis.hget(test.keys.config, 'format')).toBe('2');
    await bus.publishSnapshot(makeSnapshot(5));
    expect(await bus.latestSnapshot()).toEqual(makeSnapshot(5));
  });

  it('says that anything may have changed after a new connection, and listens again', async () => {
    const node = await open();
    const told = collect(node);

    node.subscriber.disconnect(true);

    await waitUntil(() => told.accounts.length === 1 && told.configs.length === 1);
    expect(told.accounts[0]).toEqual({ userIds: [], apiTokenIds: [] });
    await node.bus.publishSnapshot(makeSnapshot(3));
    await waitUntil(() => told.configs.includes(3));
  });

  it('notices announcements that never came', async () => {
    const node = await open({ checkMs: 20 });
    const told = collect(node);

    await test.redis.incr(`{${test.keys.events}}:count`);

    await waitUntil(() => told.accounts.length === 1);
    expect(told).toEqual({ accounts: [{ userIds: [], apiTokenIds: [] }], configs: [0] });
  });

  it('takes no notice of what is no announcement of this version', async () => {
    const node = await open();
    const told = collect(node);

    await test.redis.publish(test.keys.events, 'not even JSON');
    await test.redis.publish(test.keys.events, '1 {"v":2,"name":"moved","event":{}}');
    await node.bus.publishSnapshot(makeSnapshot(9));

    await waitUntil(() => told.configs.includes(9));
  });

  it('announces no accounts from a node without a database', async () => {
    const { bus } = await open({ accounts: undefined });
    await expect(bus.announceAccounts({ userIds: [1], apiTokenIds: [] })).rejects.toThrow(
      'database',
    );
  });
});
