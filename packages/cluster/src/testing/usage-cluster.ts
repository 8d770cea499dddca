import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  silentLogger,
  systemClock,
  type UsageBatch,
  type UsageConsumer,
  type UsageEvent,
} from '@turnpike/core';
import { startNodeAgent, type NodeAgent } from '../node/node-agent.ts';
import { connectConsumer, connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import type { RedisSettings } from '../redis/redis-settings.ts';
import { openUsageQueue } from '../usage-queue/bullmq-usage-queue.ts';
import { BullmqUsageSink } from '../usage-sink/bullmq-usage-sink.ts';
import { openJournal } from '../usage-sink/journal/open-journal.ts';

/** Short times, so that a test sees in a second what takes a minute in service. Milliseconds. */
export const quickTimes = {
  deadlineMs: 300,
  resendAfterMs: 1000,
  heartbeatMs: 100,
  leaseMs: 500,
  stallIntervalMs: 1000,
};

/** A relay as far as usage is concerned. */
export interface TestRelay {
  sink: BullmqUsageSink;
  agent: NodeAgent;
  redis: RedisClient;
  nodeId: string;
  /** Ids of events that were settled, and how often the whole was restored. */
  ledger: { settled: Set<string>; restored: number; extended: number };
  /** Ends without handing anything over: what is not acknowledged stays in its journal, which nobody owns. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** Relays and one master around a Redis, with a database that is a map. */
export interface UsageCluster {
  keys: Keys;
  journalRoot: string;
  /** Events that were charged, each request once. */
  charged: Map<string, UsageEvent>;
  /** How many batches each call of `apply` was given. */
  applied: number[];
  openRelay(options?: { isJournalOff?: boolean; journalRoot?: string }): TestRelay;
  startMaster(): Promise<{ stop(): Promise<void> }>;
  setDatabaseUp(isUp: boolean): void;
  close(): Promise<void>;
}

export async function openUsageCluster(address: string): Promise<UsageCluster> {
  const keyPrefix = `test-usage-${randomUUID().slice(0, 8)}`;
  const keys = createKeys(keyPrefix);
  const settings: RedisSettings = { address, keyPrefix, commandTimeoutMs: quickTimes.deadlineMs };
  const journalRoot = await mkdtemp(join(tmpdir(), 'turnpike-journal-'));
  const charged = new Map<string, UsageEvent>();
  const applied: number[] = [];
  const closers: (() => Promise<void>)[] = [];
  let isDatabaseUp = true;

  const consumer: UsageConsumer = {
    apply(batches: readonly UsageBatch[]) {
      if (!isDatabaseUp) return Promise.reject(new Error('the database is away'));
      applied.push(batches.length);
      for (const { events } of batches) {
        for (const event of events) charged.set(event.requestId, event);
      }
      return Promise.resolve();
    },
    park: () => Promise.resolve(),
  };

  return {
    keys,
    journalRoot,
    charged,
    applied,
    setDatabaseUp: (isUp) => void (isDatabaseUp = isUp),
    openRelay(options = {}) {
      const root = options.journalRoot ?? journalRoot;
      const relay = openRelay(settings, keys, options.isJournalOff === true ? undefined : root);
      closers.push(() => relay.close());
      return relay;
    },
    async startMaster() {
      const master = await startMaster(settings, keys, consumer);
      closers.push(() => master.stop());
      return master;
    },
    async close() {
      for (const close of closers.reverse()) await close();
      await rm(journalRoot, { recursive: true, force: true });
    },
  };
}

function openRelay(settings: RedisSettings, keys: Keys, directory?: string): TestRelay {
  const nodeId = `relay-${randomUUID().slice(0, 8)}`;
  const redis = connectProducer(settings);
  redis.on('error', () => undefined);
  const ledger = new FakeLedger();
  const shared = { nodeId, clock: systemClock, logger: silentLogger };
  const { deadlineMs, resendAfterMs, heartbeatMs, leaseMs } = quickTimes;
  const journalMaxBytes = 64 * 1024 * 1024;
  const journal = openJournal({
    ...shared,
    settings: { maxBytes: journalMaxBytes, leaseMs, ...(directory !== undefined && { directory }) },
  });
  const sink = new BullmqUsageSink({
    ...shared,
    redis,
    keys,
    ledger,
    journal,
    settings: { deadlineMs, resendAfterMs, journalMaxBytes },
  });
  const agent = startNodeAgent({
    ...shared,
    redis,
    keys,
    ledger,
    usageSink: sink,
    status: () => ({
      role: 'slave',
      version: 'test',
      snapshotVersion: 0,
      journalBytes: sink.journalBytes,
      oldestUnacknowledgedAt: sink.oldestUnacknowledgedAt,
    }),
    settings: { heartbeatMs, holdLifeMs: 600 },
  });
  let isOver = false;
  return {
    sink,
    agent,
    redis,
    nodeId,
    ledger,
    async drop() {
      isOver = true;
      redis.disconnect();
      await agent.stop();
      await journal.close();
    },
    async close() {
      if (isOver) return;
      isOver = true;
      await sink.close();
      await agent.stop();
      redis.disconnect();
    },
  };
}

async function startMaster(settings: RedisSettings, keys: Keys, consumer: UsageConsumer) {
  const producer = connectProducer(settings);
  const consuming = connectConsumer(settings);
  for (const redis of [producer, consuming]) redis.on('error', () => undefined);
  const queue = openUsageQueue({
    producer,
    consumer: consuming,
    keys,
    settings: { stallIntervalMs: quickTimes.stallIntervalMs },
    clock: systemClock,
    logger: silentLogger,
  });
  const { stop } = await queue.consume(consumer);
  let isStopped = false;
  return {
    async stop() {
      if (isStopped) return;
      isStopped = true;
      await stop();
      await queue.close();
      producer.disconnect();
      consuming.disconnect();
    },
  };
}

class FakeLedger {
  readonly settled = new Set<string>();
  restored = 0;
  extended = 0;
  readonly heldCount = 0;

  settle(events: readonly UsageEvent[]): Promise<void> {
    for (const { requestId } of events) this.settled.add(requestId);
    return Promise.resolve();
  }

  extendHeld(): Promise<void> {
    this.extended += 1;
    return Promise.resolve();
  }

  restoreAll(): Promise<void> {
    this.restored += 1;
    return Promise.resolve();
  }
}
