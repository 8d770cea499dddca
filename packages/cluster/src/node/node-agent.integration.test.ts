import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Logger } from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { readAliveNodes } from '../ledger/read-alive-nodes.ts';
import { connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { startNodeAgent, type NodeAgent, type NodeAgentDeps } from './node-agent.ts';
import { createNodeRegistry } from './redis-node-registry.ts';

let server: OwnRedis;
let keys: Keys;
let redis: RedisClient;
let calls: string[];
let acknowledged: string[];
let agents: NodeAgent[];
beforeAll(async () => {
  server = await startOwnRedis();
});
afterAll(async () => {
  await server.stop();
});
beforeEach(() => {
  keys = createKeys(`test-${randomUUID().slice(0, 8)}`);
  redis = connect(server.address);
  calls = [];
  acknowledged = [];
  agents = [];
});
afterEach(async () => {
  for (const agent of agents) await agent.stop();
  redis.disconnect();
});

function connect(address: string): RedisClient {
  const client = connectProducer({ address, keyPrefix: '', commandTimeoutMs: 300 });
  client.on('error', () => undefined);
  return client;
}

function startAgent(fields: Partial<NodeAgentDeps> = {}): NodeAgent {
  const agent = startNodeAgent({
    redis,
    keys,
    nodeId: 'node-1',
    ledger: {
      extendHeld: () => Promise.resolve(void calls.push('extend')),
      restoreAll: () => Promise.resolve(void calls.push('restore')),
    },
    usageSink: {
      awaitedNodeIds: ['node-1', 'dead-1'],
      acknowledge: (ids) => void acknowledged.push(...ids),
      resendAll: () => void calls.push('resend'),
    },
    status: () => ({
      role: 'slave',
      version: '1.0.0',
      snapshotVersion: 3,
      journalBytes: 10,
      oldestUnacknowledgedAt: 0,
    }),
    settings: { heartbeatMs: 50, holdLifeMs: 60_000 },
    clock: systemClock,
    logger: silentLogger,
    ...fields,
  });
  agents.push(agent);
  return agent;
}

/** The node lives on as before; from here on only new calls count. */
async function settled(agent: NodeAgent): Promise<void> {
  await waitUntil(() => agent.isCurrent());
  await agent.beat();
  calls.length = 0;
}

const restores = (): number => calls.filter((call) => call === 'restore').length;

describe('node agent', () => {
  it('restores before the node is current, and sends again after that', async () => {
    let allow: () => void = () => undefined;
    const allowed = new Promise<void>((resolve) => (allow = resolve));
    const restoreAll = async (): Promise<void> => {
      calls.push('restore');
      await allowed;
    };
    const agent = startAgent({ ledger: { restoreAll, extendHeld: () => Promise.resolve() } });
    await waitUntil(() => calls.includes('restore'));
    expect(agent.isCurrent()).toBe(false);
    expect(calls).toEqual(['restore']);
    allow();
    await waitUntil(() => agent.isCurrent());
    expect(calls).toEqual(['restore', 'resend']);
  });

  it('restores once for each new life: after a flush', async () => {
    const agent = startAgent();
    await settled(agent);
    await server.ask('FLUSHALL');
    await waitUntil(() => calls.includes('resend'));
    await agent.beat();
    await agent.beat();
    expect(calls).toEqual(['restore', 'resend']);
  });

  it('restores after Redis was killed, though its data survived', async () => {
    const agent = startAgent();
    await settled(agent);
    await server.kill();
    await waitUntil(() => !agent.isCurrent());
    await server.start();
    await waitUntil(() => calls.includes('resend'));
    expect(calls).toEqual(['restore', 'resend']);
  });

  it('is not current while Redis hangs, and needs no restore after', async () => {
    const agent = startAgent();
    await settled(agent);
    server.freeze();
    await waitUntil(() => !agent.isCurrent());
    server.thaw();
    await waitUntil(() => agent.isCurrent());
    expect(restores()).toBe(0);
  });

  it('tries to restore until it succeeds', async () => {
    let failures = 2;
    const restoreAll = (): Promise<void> => {
      calls.push('restore');
      failures -= 1;
      return failures >= 0 ? Promise.reject(new Error('timed out')) : Promise.resolve();
    };
    const agent = startAgent({ ledger: { restoreAll, extendHeld: () => Promise.resolve() } });
    await waitUntil(() => agent.isCurrent());
    expect(calls).toEqual(['restore', 'restore', 'restore', 'resend']);
  });

  it('tells the sink what was applied, of its own batches and of adopted ones', async () => {
    const ids = Array.from({ length: 2500 }, (_, index) => `own-${String(index)}`);
    await server.ask('RPUSH', keys.acknowledged('node-1'), ...ids);
    await server.ask('RPUSH', keys.acknowledged('dead-1'), 'adopted');
    startAgent();
    await waitUntil(() => acknowledged.length === 2501);
    expect(new Set(acknowledged)).toEqual(new Set([...ids, 'adopted']));
    expect(await server.ask('EXISTS', keys.acknowledged('node-1'))).toBe(0);
  });

  it('extends what is held three times in the life of a hold', async () => {
    const startedAt = Date.now();
    startAgent({ settings: { heartbeatMs: 20, holdLifeMs: 300 } });
    await waitUntil(() => calls.filter((call) => call === 'extend').length === 3);
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(290);
  });

  it('puts nothing back into a Redis of another database, and everything when it is its own again', async () => {
    let isOurs = true;
    const agent = startAgent({ claim: { look: () => Promise.resolve(isOurs) } });
    await settled(agent);
    isOurs = false;
    await server.ask('FLUSHALL');
    await waitUntil(() => !agent.isCurrent());
    await agent.beat();
    await agent.beat();
    expect(calls).toEqual([]);
    isOurs = true;
    await waitUntil(() => agent.isCurrent());
    expect(calls).toEqual(['restore', 'resend']);
  });

  it('works where INFO is forbidden, by the marker alone', async () => {
    await server.ask('ACL', 'SETUSER', 'plain', 'on', '>word', '~*', '&*', '+@all', '-info');
    const plain = connect(`redis://plain:word@${server.address}`);
    const agent = startAgent({ redis: plain });
    await settled(agent);
    await server.ask('DEL', keys.life);
    await waitUntil(() => calls.includes('restore'));
    await agent.stop();
    plain.disconnect();
  });

  it('is on the list of nodes while it lives', async () => {
    const registry = createNodeRegistry({ redis, keys });
    await server.ask('HSET', keys.nodes, 'odd', 'no json', 'old', JSON.stringify(oldStatus()));
    const agent = startAgent();
    await settled(agent);
    const [node, ...others] = await registry.list();
    expect(others).toEqual([]);
    expect(node).toMatchObject({ nodeId: 'node-1', role: 'slave', snapshotVersion: 3 });
    expect(Date.now() - node!.at).toBeLessThan(2000);
    expect(await server.ask('HEXISTS', keys.nodes, 'old')).toBe(0);
    await agent.stop();
    expect(await registry.list()).toEqual([]);
  });
});

describe('a node whose clock is wrong', () => {
  const HOUR_MS = 3_600_000;
  let told: string[];
  const logger: Logger = {
    ...silentLogger,
    info: (_fields, message) => told.push(message),
    error: (_fields, message) => told.push(message),
  };
  beforeEach(() => {
    told = [];
  });

  it.each([
    ['behind', HOUR_MS],
    ['ahead', -HOUR_MS],
  ])('by an hour, %s, lives in the time of Redis, and says so once', async (_way, offset) => {
    let wrongBy = offset;
    const agent = startAgent({ clock: { now: () => Date.now() - wrongBy }, logger });
    await settled(agent);
    await agent.beat();
    expect(Math.abs(agent.clockOffsetMs - offset)).toBeLessThan(1000);
    const [node] = await createNodeRegistry({ redis, keys }).list();
    expect(Math.abs(Date.now() - node!.at)).toBeLessThan(2000);
    expect(await readAliveNodes(redis, keys, 15_000)).toEqual(['node-1']);
    expect(told).toEqual([expect.stringContaining('the clock of this machine')]);

    wrongBy = 0;
    await agent.beat();
    expect(Math.abs(agent.clockOffsetMs)).toBeLessThan(1000);
    expect(told).toHaveLength(2);
  });

  it('believes no answer that came late: it may have stood still itself', async () => {
    let now = 1_000_000_000_000;
    const agent = startAgent({ clock: { now: () => (now += 60_000) }, logger });
    await settled(agent);
    expect(agent.clockOffsetMs).toBe(0);
    expect(told).toEqual([]);
  });
});

function oldStatus(): object {
  const at = Date.now() - 2 * 86_400_000;
  return {
    ...{ nodeId: 'old', role: 'slave', version: '1', at },
    ...{ snapshotVersion: 1, journalBytes: 0, oldestUnacknowledgedAt: 0 },
  };
}
