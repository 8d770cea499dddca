import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createSecretBox,
  silentLogger,
  systemClock,
  type UsageBatch,
  type UsageConsumer,
  type UsageEvent,
} from '@turnpike/core';
import { makeUsageEvent } from '@turnpike/core/testing';
import { createMasterMetrics, createUsageConsumer } from '@turnpike/master';
import { openStore, type Store } from '@turnpike/store';
import { Registry } from 'prom-client';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/databases.ts';
import { runQueueCommand } from '../commands/run-queue-command.ts';

const queueCounts = { waiting: 0, active: 0, delayed: 0, oldestMs: 0 };

for (const [name, kind] of [
  ['PostgreSQL', 'postgres'],
  ['MySQL', 'mysql'],
  ['SQLite', 'sqlite'],
] as const) {
  describe(`the usage consumer on ${name}`, () => {
    let database: TestDatabase;
    let store: Store;
    let consumer: UsageConsumer;
    let absorbed: string[];

    beforeAll(async () => {
      database = await createTestDatabase(kind);
      store = await openStore(
        {
          sqlDsn: database.dsn,
          sqlitePath: database.sqlitePath,
          sqliteSynchronous: 'OFF',
          logSqlDsn: '',
          migrates: true,
        },
        {
          secretBox: createSecretBox('a key for tests only'),
          clock: systemClock,
          logger: silentLogger,
          isConsumptionLogged: () => true,
        },
      );
      absorbed = [];
      consumer = createUsageConsumer({
        ...store,
        ledgerBook: {
          async absorb(events) {
            absorbed.push(...events.map(({ requestId }) => requestId));
          },
        },
        metrics: createMasterMetrics(new Registry(), {
          usageQueue: { counts: async () => queueCounts },
          parkedUsage: store.parkedUsage,
        }),
        clock: systemClock,
        logger: silentLogger,
      });
    });
    afterAll(async () => {
      await store.close();
      await database.drop();
    });

    async function createUser() {
      const unique = randomBytes(8).toString('hex');
      return store.users.create({
        username: `u${unique.slice(0, 10)}`,
        passwordHash: 'x',
        displayName: 'A user',
        role: 1,
        quota: 10_000,
        quotaReason: 'created',
        accessToken: unique + unique,
        affCode: unique.slice(0, 8),
      });
    }

    const makeBatch = (events: readonly UsageEvent[]): UsageBatch => ({
      v: 1,
      id: randomUUID(),
      nodeId: 'relay-1',
      events,
    });

    it('charges 499 of 500 events, parks the bad one, and charges it when it is mended', async () => {
      const user = await createUser();
      const make = (fields: Partial<UsageEvent> = {}) =>
        makeUsageEvent({ userId: user.id, at: Date.now(), quota: 1, ...fields });
      const events = Array.from({ length: 500 }, () => make());
      const bad = make({ quota: -5 });
      events[77] = bad;
      const quotaOf = async () => (await store.users.findById(user.id))?.quota;

      await consumer.apply([makeBatch(events.slice(0, 200)), makeBatch(events.slice(200))]);
      await consumer.apply([makeBatch(events)]);

      expect(await quotaOf()).toBe(10_000 - 499);
      expect(await store.parkedUsage.list({ offset: 0, limit: 9 })).toMatchObject([
        { event: { requestId: bad.requestId }, reason: expect.stringContaining('quota') },
      ]);
      expect(absorbed).not.toContain(bad.requestId);

      // A version that understands it, as it were.
      await store.parkedUsage.remove([bad.requestId]);
      await store.parkedUsage.park([{ ...bad, quota: 5 }], 'mended');
      const batches: UsageBatch[] = [];
      const deps = {
        ...store,
        usageQueue: {
          add: async (batch: UsageBatch) => void batches.push(batch),
          counts: async () => queueCounts,
        },
        newBatchId: randomUUID,
        clock: systemClock,
        print: () => undefined,
      };
      expect(await runQueueCommand(deps, ['retry', 'all'])).toBe(0);
      await consumer.apply(batches);

      expect(await quotaOf()).toBe(10_000 - 499 - 5);
      expect(await store.parkedUsage.count()).toBe(0);
      expect(absorbed).toContain(bad.requestId);
      expect(await store.ledgerRepository.verify()).toMatchObject({ mismatches: [] });
    });

    it('frees the reservation of a dropped event without a charge, also of one that is too old', async () => {
      const user = await createUser();
      const old = makeUsageEvent({ userId: user.id, at: 1, quota: 7 });
      await consumer.apply([makeBatch([old])]);
      expect(absorbed).not.toContain(old.requestId);
      const batches: UsageBatch[] = [];

      const code = await runQueueCommand(
        {
          ...store,
          usageQueue: {
            add: async (batch) => void batches.push(batch),
            counts: async () => queueCounts,
          },
          newBatchId: randomUUID,
          clock: systemClock,
          print: () => undefined,
        },
        ['drop', old.requestId],
      );
      await consumer.apply(batches);

      expect(code).toBe(0);
      expect(absorbed).toContain(old.requestId);
      expect((await store.users.findById(user.id))?.quota).toBe(10_000);
      expect(await store.parkedUsage.count()).toBe(0);
    });

    it('charges overlapping deliveries to two masters once', async () => {
      const user = await createUser();
      const events = Array.from({ length: 60 }, () =>
        makeUsageEvent({ userId: user.id, at: Date.now(), quota: 1 }),
      );

      await Promise.all(
        [0, 10, 20, 30].map((start) =>
          consumer.apply([makeBatch(events.slice(start, start + 30))]),
        ),
      );

      expect((await store.users.findById(user.id))?.quota).toBe(10_000 - 60);
    });
  });
}
