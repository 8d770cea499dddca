import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { UsageEvent } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { startOwnRedis, type OwnRedis } from '../../../../test/support/redis.ts';
import { openUsageCluster, type TestRelay, type UsageCluster } from '../testing/usage-cluster.ts';

const PATIENT = { timeoutMs: 15_000 };
let redis: OwnRedis;
let cluster: UsageCluster;
beforeAll(async () => {
  redis = await startOwnRedis();
});
afterAll(async () => {
  await redis.stop();
});
beforeEach(async () => {
  cluster = await openUsageCluster(redis.address);
});
afterEach(async () => {
  await cluster.close();
});

/** Publishes one event after the other until it is stopped. */
function startLoad(relay: TestRelay): { stop(): Promise<UsageEvent[]> } {
  const accepted: UsageEvent[] = [];
  let isRunning = true;
  const client = async (): Promise<void> => {
    while (isRunning) {
      const event = makeUsageEvent();
      await relay.sink.publish([event]);
      accepted.push(event);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
  };
  const clients = Array.from({ length: 8 }, client);
  return {
    async stop() {
      isRunning = false;
      await Promise.all(clients);
      return accepted;
    },
  };
}

async function openLoadedRelay(): Promise<{
  relay: TestRelay;
  load: ReturnType<typeof startLoad>;
}> {
  const relay = cluster.openRelay();
  await waitUntil(() => relay.agent.isCurrent());
  const load = startLoad(relay);
  await waitUntil(() => cluster.charged.size > 20);
  return { relay, load };
}

/** Every accepted event was charged and settled, nothing else, and the relay has nothing left to answer for. */
async function expectExact(relay: TestRelay, accepted: readonly UsageEvent[]): Promise<void> {
  await waitUntil(() => cluster.charged.size >= accepted.length, PATIENT);
  const ids = accepted.map(({ requestId }) => requestId).sort();
  expect([...cluster.charged.keys()].sort()).toEqual(ids);
  expect([...relay.ledger.settled].sort()).toEqual(ids);
  await waitUntil(() => relay.sink.unacknowledgedCount === 0, PATIENT);
}

describe('usage while Redis fails under load', () => {
  it('is exact when Redis is killed and comes back', async () => {
    await cluster.startMaster();
    const { relay, load } = await openLoadedRelay();
    await redis.kill();
    const before = cluster.charged.size;
    await waitUntil(() => relay.sink.unacknowledgedCount > 20);
    expect(cluster.charged.size - before).toBeLessThan(20);
    await redis.start();
    await waitUntil(() => relay.agent.isCurrent(), PATIENT);
    await expectExact(relay, await load.stop());
  }, 30_000);

  it('is exact when Redis hangs for longer than the deadline', async () => {
    await cluster.startMaster();
    const { relay, load } = await openLoadedRelay();
    redis.freeze();
    await waitUntil(() => relay.sink.unacknowledgedCount > 20);
    redis.thaw();
    await waitUntil(() => relay.agent.isCurrent(), PATIENT);
    await expectExact(relay, await load.stop());
  }, 30_000);

  it('is exact when Redis is flushed, and everything is restored', async () => {
    await cluster.startMaster();
    const { relay, load } = await openLoadedRelay();
    const { restored } = relay.ledger;
    await redis.ask('FLUSHALL');
    await waitUntil(() => relay.ledger.restored > restored);
    await expectExact(relay, await load.stop());
  }, 30_000);

  it('is exact when the queue was flushed before a master saw it', async () => {
    const relay = cluster.openRelay();
    await waitUntil(() => relay.agent.isCurrent());
    const events = Array.from({ length: 40 }, () => makeUsageEvent());
    for (const event of events) await relay.sink.publish([event]);
    await redis.ask('FLUSHALL');
    await cluster.startMaster();
    await expectExact(relay, events);
  }, 30_000);

  it('is exact when the database was away, and Redis was killed meanwhile', async () => {
    await cluster.startMaster();
    const { relay, load } = await openLoadedRelay();
    cluster.setDatabaseUp(false);
    await waitUntil(() => relay.sink.unacknowledgedCount > 20);
    await redis.kill();
    await redis.start();
    cluster.setDatabaseUp(true);
    await waitUntil(() => relay.agent.isCurrent(), PATIENT);
    await expectExact(relay, await load.stop());
  }, 30_000);

  it('publishes before Redis was ever there', async () => {
    await redis.kill();
    const relay = cluster.openRelay();
    const events = Array.from({ length: 10 }, () => makeUsageEvent());
    await Promise.all(events.map((event) => relay.sink.publish([event])));
    await redis.start();
    await cluster.startMaster();
    await expectExact(relay, events);
  }, 30_000);
});

describe('usage while relays fail', () => {
  it('is charged by another relay when Redis was away and the first is killed', async () => {
    await redis.kill();
    const first = cluster.openRelay();
    const events = Array.from({ length: 25 }, () => makeUsageEvent());
    for (const event of events) await first.sink.publish([event]);
    await first.drop();
    await redis.start();
    await cluster.startMaster();
    const second = cluster.openRelay();
    await waitUntil(async () => {
      await second.sink.adopt();
      return second.sink.awaitedNodeIds.includes(first.nodeId) || cluster.charged.size > 0;
    }, PATIENT);
    await expectExact(second, events);
    await waitUntil(() => second.sink.awaitedNodeIds.length === 0);
  }, 30_000);

  it('is charged once when a journal comes back that was applied long ago', async () => {
    await cluster.startMaster();
    const first = cluster.openRelay();
    await waitUntil(() => first.agent.isCurrent());
    const events = Array.from({ length: 25 }, () => makeUsageEvent());
    for (const event of events) await first.sink.publish([event]);
    const old = await mkdtemp(join(tmpdir(), 'turnpike-journal-'));
    await cp(cluster.journalRoot, old, { recursive: true });
    await waitUntil(() => cluster.charged.size === events.length);

    await rm(join(old, first.nodeId, 'lease'), { force: true });
    const second = cluster.openRelay({ journalRoot: old });
    await second.sink.adopt();
    await waitUntil(() => second.ledger.settled.size > 0 || second.sink.unacknowledgedCount === 0);
    await waitUntil(() => second.sink.unacknowledgedCount === 0, PATIENT);
    expect(cluster.charged.size).toBe(events.length);
    await rm(old, { recursive: true, force: true });
  }, 30_000);
});

describe('room for what is in flight', () => {
  it('is refused when the journal is full of what nobody acknowledges, and given again after', async () => {
    const relay = cluster.openRelay();
    await waitUntil(() => relay.agent.isCurrent());
    await relay.sink.publish([makeUsageEvent()]);
    const budget = 64 * 1024 * 1024;
    const most = Math.floor((budget - relay.sink.journalBytes) / 4096) - 1;
    expect(relay.sink.hasRoom(most)).toBe(true);
    expect(relay.sink.hasRoom(most + 1)).toBe(false);
    await cluster.startMaster();
    await waitUntil(() => relay.sink.unacknowledgedCount === 0);
  });
});

describe('a Redis Cluster', () => {
  it('carries usage like a single Redis', async () => {
    const server = await startOwnRedis({ isCluster: true });
    const inCluster = await openUsageCluster(`${server.address},${server.address}`);
    try {
      await inCluster.startMaster();
      const relay = inCluster.openRelay();
      await waitUntil(() => relay.agent.isCurrent(), PATIENT);
      const events = Array.from({ length: 100 }, () => makeUsageEvent());
      await Promise.all(events.map((event) => relay.sink.publish([event])));
      await waitUntil(() => inCluster.charged.size === events.length, PATIENT);
      await waitUntil(() => relay.sink.unacknowledgedCount === 0, PATIENT);
      await server.ask('FLUSHALL');
      await waitUntil(() => relay.ledger.restored > 1, PATIENT);
    } finally {
      await inCluster.close();
      await server.stop();
    }
  }, 40_000);
});
