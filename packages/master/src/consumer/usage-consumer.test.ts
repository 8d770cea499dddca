import { describe, expect, it } from '@jest/globals';
import { silentLogger, type AppliedUsage, type UsageBatch, type UsageEvent } from '@turnpike/core';
import { createInMemoryParkedUsage, makeUsageEvent } from '@turnpike/core/testing';
import { createFakeCharges } from '../testing/fake-charges.ts';
import { createFakeMetrics } from '../testing/fake-metrics.ts';
import { makeRetryBatches } from './retry-batch.ts';
import { createUsageConsumer } from './usage-consumer.ts';

const clock = { now: () => 1_790_000_060_000 };
const away = Object.assign(new Error('away'), { isTransient: true });

function openConsumer() {
  const charges = createFakeCharges(clock);
  const parkedUsage = createInMemoryParkedUsage();
  const metrics = createFakeMetrics();
  const absorbed: { ids: string[]; applied: AppliedUsage }[] = [];
  const book: { failure: Error | undefined } = { failure: undefined };
  const consumer = createUsageConsumer({
    ledgerRepository: charges,
    ledgerBook: {
      async absorb(events, applied) {
        if (book.failure !== undefined) throw book.failure;
        absorbed.push({ ids: events.map(({ requestId }) => requestId), applied });
      },
    },
    parkedUsage,
    isTransientError: (error) => error === away,
    metrics,
    clock,
    logger: silentLogger,
  });
  return { consumer, charges, parkedUsage, metrics, absorbed, book };
}

let batchNumber = 0;
function makeBatch(events: readonly UsageEvent[]): UsageBatch {
  batchNumber += 1;
  return { v: 1, id: `batch-${String(batchNumber)}`, nodeId: 'relay-1', events };
}

function makeEvents(count: number): UsageEvent[] {
  return Array.from({ length: count }, () => makeUsageEvent());
}

const idsOf = (events: readonly UsageEvent[]) => events.map(({ requestId }) => requestId);

describe('the usage consumer', () => {
  it('applies all batches in one transaction, then absorbs them with their balances', async () => {
    const { consumer, charges, absorbed, metrics } = openConsumer();
    const [first, second] = [makeEvents(2), makeEvents(3)];

    await consumer.apply([makeBatch(first), makeBatch(second)]);

    expect(charges.transactions).toEqual([5]);
    expect(absorbed).toEqual([
      {
        ids: idsOf([...first, ...second]),
        applied: {
          charged: 5,
          repeated: 0,
          users: [{ id: 1, quota: -5, version: 5 }],
          apiTokens: [],
        },
      },
    ]);
    expect(metrics.counts).toEqual({ charged: 5, aged: 5 });
  });

  it('absorbs repeated events too, with the balance of now', async () => {
    const { consumer, absorbed, metrics } = openConsumer();
    const batch = makeBatch(makeEvents(1));
    await consumer.apply([batch]);
    await consumer.apply([batch]);

    expect(absorbed.map(({ applied }) => applied)).toMatchObject([
      { charged: 1, repeated: 0 },
      { charged: 0, repeated: 1, users: [{ id: 1, quota: -1, version: 1 }] },
    ]);
    expect(metrics.counts).toMatchObject({ charged: 1, repeated: 1 });
  });

  it('parks one poisonous event among 500, with its reason, and charges the others', async () => {
    const { consumer, charges, parkedUsage, absorbed, metrics } = openConsumer();
    const events = makeEvents(500);
    const bad = events[123]!;
    charges.beforeCommit = (some) => {
      if (some.includes(bad)) throw new RangeError('insert into `logs` … - out of range');
    };

    await consumer.apply([makeBatch(events)]);

    expect([...parkedUsage.events.keys()]).toEqual([bad.requestId]);
    expect(parkedUsage.events.get(bad.requestId)?.reason).toMatch(/out of range$/);
    expect(charges.requests.size).toBe(499);
    expect(absorbed.flatMap(({ ids }) => ids).sort()).toEqual(
      idsOf(events.filter((event) => event !== bad)).sort(),
    );
    expect(charges.transactions.length).toBeLessThan(25);
    expect(metrics.counts).toMatchObject({ charged: 499, parked: 1 });
  });

  it('parks what has no usable request id as text', async () => {
    const { consumer, charges, parkedUsage } = openConsumer();
    const nothing = JSON.parse('{"quota":"x"}') as UsageEvent;
    charges.beforeCommit = (some) => {
      if (some.some((event) => !('requestId' in event))) throw new TypeError('no request id');
    };

    await consumer.apply([makeBatch([nothing, makeUsageEvent()])]);
    await consumer.apply([makeBatch([nothing])]);

    expect(charges.requests.size).toBe(1);
    expect([...parkedUsage.jobs.values()]).toMatchObject([
      { data: '{"event":{"quota":"x"}}', reason: 'no request id' },
    ]);
  });

  it('rejects while the database is away, and parks nothing then', async () => {
    const { consumer, charges, parkedUsage, absorbed, metrics } = openConsumer();
    const events = makeEvents(4);
    let calls = 0;
    charges.beforeCommit = (some) => {
      calls += 1;
      // A bad event, and an outage in the middle of looking for it.
      if (calls === 3) throw away;
      if (some.includes(events[3]!)) throw new Error('bad');
    };

    await expect(consumer.apply([makeBatch(events)])).rejects.toBe(away);
    expect(parkedUsage.events.size).toBe(0);
    expect(absorbed.flatMap(({ ids }) => ids)).toEqual(idsOf(events.slice(0, 2)));
    expect(metrics.counts).toMatchObject({ databaseFailed: 1 });

    await consumer.apply([makeBatch(events)]);
    expect(charges.requests.size).toBe(3);
    expect([...parkedUsage.events.keys()]).toEqual([events[3]!.requestId]);
  });

  it('parks nothing when the ledger does not answer after the commit, and absorbs later', async () => {
    const { consumer, charges, parkedUsage, absorbed, book } = openConsumer();
    const batch = makeBatch(makeEvents(3));
    book.failure = new Error('redis away');
    await expect(consumer.apply([batch])).rejects.toBe(book.failure);
    expect(charges.requests.size).toBe(3);

    book.failure = undefined;
    await consumer.apply([batch]);

    expect(charges.requests.size).toBe(3);
    expect(parkedUsage.events.size).toBe(0);
    expect(absorbed).toMatchObject([{ ids: idsOf(batch.events), applied: { repeated: 3 } }]);
  });

  it('leaves the open entry of an event that is too old as it is', async () => {
    const { consumer, absorbed, metrics } = openConsumer();
    const old = makeUsageEvent({ at: clock.now() - 36 * 24 * 3600 * 1000 });
    const timely = makeUsageEvent();

    await consumer.apply([makeBatch([old, timely])]);

    expect(absorbed.flatMap(({ ids }) => ids)).toEqual([timely.requestId]);
    expect(metrics.counts).toMatchObject({ charged: 1, parked: 1 });
  });

  it('takes an event that is charged by a retry out of the parking place, and only such', async () => {
    const { consumer, charges, parkedUsage } = openConsumer();
    const [mended, bad] = makeEvents(2) as [UsageEvent, UsageEvent];
    await parkedUsage.park([mended, bad], 'out of range');
    charges.beforeCommit = (some) => {
      if (some.includes(bad)) throw new Error('still out of range');
    };

    await consumer.apply(makeRetryBatches([mended, bad], () => 'retry-1'));

    expect([...parkedUsage.events.keys()]).toEqual([bad.requestId]);
    expect(parkedUsage.events.get(bad.requestId)?.reason).toBe('out of range');
  });

  it('keeps an unreadable event with a request id as an event, so that its entry is left alone', async () => {
    const { consumer, parkedUsage } = openConsumer();
    const data = '{"requestId":"request-1","quota":"much"}';
    await consumer.park({ id: 'batch-1/3', data, reason: 'quota: expected number' });

    expect(await parkedUsage.find(['request-1'])).toEqual(new Set(['request-1']));
    expect(parkedUsage.events.get('request-1')).toMatchObject({
      event: { quota: 'much' },
      reason: 'quota: expected number',
    });
  });

  it('keeps a job that is no batch', async () => {
    const { consumer, parkedUsage, metrics } = openConsumer();
    await consumer.park({ id: 'job-1', data: '"nonsense"', reason: 'not a batch' });

    expect([...parkedUsage.jobs.values()]).toMatchObject([
      { id: 'job-1', data: '"nonsense"', reason: 'not a batch' },
    ]);
    expect(metrics.counts).toEqual({ parked: 1 });
  });
});
