import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, systemClock, type Logger, type UsageEvent } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import { BullmqUsageSink } from './bullmq-usage-sink.ts';
import type { Journal } from './journal/journal.ts';
import { createMemoryJournal } from './journal/memory-journal.ts';

const there = process.env['TEST_REDIS_URL'] ?? '';
/** Nobody listens on this port. */
const away = 'redis://127.0.0.1:9';
let keys: Keys;
let redis: RedisClient;
let settled: string[];
let logged: string[];
let sink: BullmqUsageSink;
let diskFull: boolean;
let syncFails: boolean;
let syncs: number;

beforeEach(() => {
  if (there === '') throw new Error('TEST_REDIS_URL is not set');
  keys = createKeys(`test-faults-${randomUUID().slice(0, 8)}`);
  [settled, logged] = [[], []];
  [diskFull, syncFails, syncs] = [false, false, 0];
});
afterEach(async () => {
  await sink.close();
  if (redis.status === 'ready') {
    const left = await redis.keys(`*${keys.queuePrefix.slice(1, -1)}*`);
    if (left.length > 0) await redis.del(...left);
  }
  redis.disconnect();
});

/** A journal whose disk can be full, or refuse to sync. */
function openFaultyJournal(): Journal {
  const memory = createMemoryJournal();
  return {
    ...memory,
    isDurable: true,
    get bytes() {
      return memory.bytes;
    },
    append(id, json) {
      if (diskFull) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      return memory.append(id, json);
    },
    sync() {
      syncs += 1;
      return syncFails ? Promise.reject(new Error('input/output error')) : Promise.resolve();
    },
  };
}

function openSink(address: string): BullmqUsageSink {
  redis = connectProducer({ address, keyPrefix: '', commandTimeoutMs: 300 });
  redis.on('error', () => undefined);
  const logger: Logger = {
    ...silentLogger,
    error: (_fields, message) => void logged.push(message),
  };
  sink = new BullmqUsageSink({
    redis,
    keys,
    nodeId: 'node-1',
    ledger: {
      heldCount: 0,
      settle(events) {
        settled.push(...events.map(({ requestId }: UsageEvent) => requestId));
        return Promise.resolve();
      },
    },
    journal: openFaultyJournal(),
    settings: { deadlineMs: 300, resendAfterMs: 60_000, journalMaxBytes: 1_000_000 },
    clock: systemClock,
    logger,
  });
  return sink;
}

const waiting = async (): Promise<number> => redis.llen(`${keys.queuePrefix}:usage:wait`);

describe('BullMQ usage sink', () => {
  it('asks the disk for nothing but a write while Redis answers', async () => {
    openSink(there);
    await waitUntil(() => redis.status === 'ready');
    await sink.publish([makeUsageEvent()]);
    expect(syncs).toBe(0);
    expect(await waiting()).toBe(1);
  });

  it('makes the disk sync where Redis is away, and has room as long as that works', async () => {
    openSink(away);
    await sink.publish([makeUsageEvent()]);
    expect(syncs).toBe(1);
    expect(sink.hasRoom(10)).toBe(true);
    expect([...sink.unacknowledged()]).toHaveLength(1);
    sink.acknowledge([...sink.unacknowledged()].map(({ id }) => id));
  });

  it('relies on Redis alone when the disk is full, says so, and settles only what Redis took', async () => {
    openSink(there);
    await waitUntil(() => redis.status === 'ready');
    diskFull = true;
    const event = makeUsageEvent();
    await sink.publish([event]);
    expect(settled).toEqual([event.requestId]);
    expect(await waiting()).toBe(1);
    expect(logged).toContain('the journal can not be written');
    expect(sink.unacknowledgedCount).toBe(1);
  });

  it('refuses answers when neither takes them, and settles nothing', async () => {
    openSink(away);
    diskFull = true;
    const events = [makeUsageEvent(), makeUsageEvent()];
    const results = await Promise.allSettled(events.map((event) => sink.publish([event])));
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'not_ready' } });
    }
    expect(settled).toEqual([]);
    expect(sink.unacknowledgedCount).toBe(0);
    expect(sink.journalBytes).toBe(0);
    expect(sink.hasRoom(0)).toBe(false);
  });

  it('refuses answers when Redis is away and the disk does not sync', async () => {
    openSink(away);
    syncFails = true;
    await expect(sink.publish([makeUsageEvent()])).rejects.toMatchObject({ code: 'not_ready' });
    expect(sink.unacknowledgedCount).toBe(0);
    expect(logged).toContain('usage could not be made safe');
  });
});
