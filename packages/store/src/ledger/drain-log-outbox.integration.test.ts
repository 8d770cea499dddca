import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/databases.ts';
import { openDatabase, type Database } from '../connect.ts';
import { createAccounts } from '../testing/make-accounts.ts';
import { openTestStore, testNow, type TestStore } from '../testing/open-test-store.ts';

for (const [mainKind, logKind] of [
  ['sqlite', 'mysql'],
  ['postgres', 'postgres'],
] as const) {
  describe(`log outbox (${mainKind}, logs in ${logKind})`, () => {
    let logPlace: TestDatabase;
    let logs: Database;
    let test: TestStore;

    beforeAll(async () => {
      logPlace = await createTestDatabase(logKind);
      test = await openTestStore(mainKind, { logSqlDsn: logPlace.dsn });
      const { dsn, sqlitePath } = logPlace;
      logs = await openDatabase({ variable: 'LOG_SQL_DSN', dsn, sqlitePath });
    });
    afterAll(async () => {
      await test.close();
      await logs.close();
      await logPlace.drop();
    });

    async function countLogs(userId: number): Promise<number> {
      const rows = (await logs.knex('logs').where({ user_id: userId })) as unknown[];
      return rows.length;
    }

    it('keeps charging while the log database lags, and misses no row meanwhile', async () => {
      const { user, makeEvent } = await createAccounts(test.store);

      await test.store.ledgerRepository.applyUsage([makeEvent(), makeEvent()]);

      expect(await countLogs(user.id)).toBe(0);
      const { requestsWithoutLog } = await test.store.ledgerRepository.verify();
      expect(requestsWithoutLog).toBe(0);
    });

    it('moves every row once, however many drain at the same time', async () => {
      const { user, makeEvent } = await createAccounts(test.store, { user: { quota: 1e6 } });
      const events = Array.from({ length: 450 }, () => makeEvent({ quota: 1 }));
      await test.store.ledgerRepository.applyUsage(events);

      await Promise.all([1, 2, 3].map(() => test.store.drainLogOutbox()));

      expect(await countLogs(user.id)).toBe(450);
      expect(await test.store.drainLogOutbox()).toBe(0);
      expect(await test.store.requestLogs.sumQuota({ userId: user.id })).toBe(450);
    });

    it('writes no row again that arrived before a crash', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      await test.store.ledgerRepository.applyUsage([makeEvent()]);
      const outbox = await test.database.knex('log_outbox').select<object[]>();
      await test.store.drainLogOutbox();
      // As if the process had died before it emptied the outbox.
      await test.database.knex('log_outbox').insert(outbox);

      expect(await test.store.drainLogOutbox()).toBe(0);

      expect(await countLogs(user.id)).toBe(1);
    });

    it('forgets receipts after a day, and keeps the rows', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      await test.store.ledgerRepository.applyUsage([makeEvent()]);
      await test.store.drainLogOutbox();
      const readReceipts = () => logs.knex('log_receipts').select<object[]>('entry_key');

      await test.store.pruneUsageRequests();
      expect((await readReceipts()).length).toBeGreaterThan(0);
      test.switches.now = testNow + 25 * 3600 * 1000;
      await test.store.pruneUsageRequests();
      test.switches.now = testNow;

      expect(await readReceipts()).toEqual([]);
      expect(await countLogs(user.id)).toBe(1);
    });

    it('logs the correction of an assumed charge beside it', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const assumed = makeEvent({ endState: 'recovered', quota: 50 });
      await test.store.ledgerRepository.applyUsage([assumed]);
      await test.store.ledgerRepository.applyUsage([
        { ...assumed, endState: 'complete', quota: 20 },
      ]);

      await test.store.drainLogOutbox();

      expect(await countLogs(user.id)).toBe(2);
      expect(await test.store.requestLogs.sumQuota({ userId: user.id })).toBe(20);
    });

    it('finds a row that neither the outbox nor the log database has', async () => {
      const { makeEvent } = await createAccounts(test.store);
      const event = makeEvent({ at: testNow });
      await test.store.ledgerRepository.applyUsage([event]);
      await test.store.drainLogOutbox();
      await logs.knex('logs').where({ request_id: event.requestId }).delete();

      expect((await test.store.ledgerRepository.verify()).requestsWithoutLog).toBe(1);
    });
  });
}
