import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '@turnpike/core';
import { makeUsageEvent, waitUntil } from '@turnpike/core/testing';
import { Resender } from './resender.ts';
import { UnacknowledgedBatches } from './unacknowledged-batches.ts';

const RESEND_AFTER_MS = 60_000;
let now: number;
let sent: { id: string; at: number }[];
let settled: string[];
let isThere: boolean;
let batches: UnacknowledgedBatches;
let resender: Resender;

beforeEach(() => {
  now = 1_000_000;
  [sent, settled] = [[], []];
  isThere = true;
  batches = new UnacknowledgedBatches();
  resender = new Resender({
    batches,
    jobs: {
      add(id) {
        sent.push({ id, at: performance.now() });
        return isThere ? Promise.resolve() : Promise.reject(new Error('away'));
      },
    },
    ledger: {
      settle: (events) => Promise.resolve(void settled.push(...events.map((e) => e.requestId))),
    },
    reach: {
      isConnected: true,
      get isThere() {
        return isThere;
      },
      answered: () => undefined,
      failed: () => undefined,
    },
    resendAfterMs: RESEND_AFTER_MS,
    deadlineMs: 1000,
    clock: { now: () => now },
    logger: silentLogger,
  });
});
afterEach(async () => {
  await resender.close();
});

function addBatch(id: string, { eventCount = 1, dueAt = now } = {}): void {
  const events = Array.from({ length: eventCount }, () => makeUsageEvent());
  const json = JSON.stringify({ v: 1, id, nodeId: 'a', events });
  const stored = { id, read: () => json };
  batches.add({
    id,
    nodeId: 'a',
    eventCount,
    quota: 0,
    at: now,
    stored,
    dueAt,
    sendings: 0,
    isSafe: true,
    isSettled: true,
  });
}

describe('Resender', () => {
  it('sends what is due under the same id and settles its events', async () => {
    addBatch('due', { eventCount: 3 });
    addBatch('later', { dueAt: now + 1 });
    resender.kick();
    await waitUntil(() => settled.length === 3);
    expect(sent.map(({ id }) => id)).toEqual(['due']);
  });

  it('waits longer after each sending, and never more than sixteen times as long', async () => {
    addBatch('1');
    const waits: number[] = [];
    const [batch] = batches.due(now, { batches: 1, events: 1 });
    while (waits.length < 7) {
      const count = sent.length;
      await waitUntil(() => {
        resender.kick();
        return sent.length > count && batch!.dueAt !== Infinity;
      });
      waits.push((batch!.dueAt - now) / RESEND_AFTER_MS);
      now = batch!.dueAt;
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 16, 16]);
  });

  it('sends no more than some hundred batches a second', async () => {
    for (let index = 0; index < 120; index += 1) addBatch(String(index));
    resender.kick();
    await waitUntil(() => sent.length === 120);
    expect(sent[99]!.at - sent[0]!.at).toBeGreaterThan(90);
    expect(sent[119]!.at - sent[0]!.at).toBeGreaterThan(180);
  });

  it('sends large batches one by one', async () => {
    for (let index = 0; index < 3; index += 1) addBatch(String(index), { eventCount: 400 });
    resender.kick();
    await waitUntil(() => sent.length === 3);
    expect(sent[2]!.at - sent[0]!.at).toBeGreaterThan(180);
  });

  it('asks a Redis that is away with one batch only, and keeps all', async () => {
    isThere = false;
    for (let index = 0; index < 120; index += 1) addBatch(String(index));
    resender.kick();
    await waitUntil(() => sent.length > 0);
    await resender.close();
    expect(sent).toHaveLength(1);
    expect(batches.due(now, { batches: 1000, events: 100_000 })).toHaveLength(120);
  });
});
