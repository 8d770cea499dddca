import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openDatabase, type Database } from '../connect.ts';
import { createAccounts } from '../testing/make-accounts.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';

for (const [name, kind] of [
  ['PostgreSQL', 'postgres'],
  ['MySQL', 'mysql'],
] as const) {
  describe(`a session of ${name}`, () => {
    let test: TestStore;
    /** Another process on the same database. */
    let other: Database;

    beforeAll(async () => {
      test = await openTestStore(kind, { lockTimeoutMs: 1000, idleTransactionTimeoutMs: 60_000 });
      other = await openDatabase({
        variable: 'SQL_DSN',
        dsn: test.testDatabase.dsn,
        sqlitePath: '',
        lockTimeoutMs: 10_000,
        idleTransactionTimeoutMs: 1000,
      });
    });
    afterAll(async () => {
      await other.close();
      await test.close();
    });

    it('waits for a lock only so long, and calls it a failure that passes', async () => {
      const { user, makeEvent } = await createAccounts(test.store);
      const event = makeEvent();
      await test.database.knex.transaction(async (trx) => {
        await trx('users').where({ id: user.id }).increment('quota', 0);

        const failure = await test.store.ledgerRepository
          .applyUsage([event])
          .catch((error: unknown) => error);

        expect(failure).toBeInstanceOf(Object);
        expect(test.store.isTransientError(failure)).toBe(true);
      });
      expect(await test.store.ledgerRepository.applyUsage([event])).toMatchObject({ charged: 1 });
    });

    it('ends the transaction of a process that stopped in the middle, so that others go on', async () => {
      const { user } = await createAccounts(test.store);
      const stopped = await other.knex.transaction();
      await stopped('users').where({ id: user.id }).increment('quota', 5);

      // Waits for the lock, which only the server can take away from the first.
      await other.knex.transaction((trx) =>
        trx('users').where({ id: user.id }).increment('quota', 7),
      );

      const failure: unknown = await stopped('users')
        .where({ id: user.id })
        .increment('quota', 9)
        .catch((error: unknown) => error);
      expect(test.store.isTransientError(failure)).toBe(true);
      await stopped.rollback().catch(() => undefined);
      expect((await test.store.users.findById(user.id))?.quota).toBe(1000 + 7);
    });

    it('tells days in UTC, whatever its zone is', async () => {
      const { knex, dialect } = test.database;
      await knex.transaction(async (trx) => {
        await trx.raw(
          kind === 'postgres' ? "SET LOCAL TIME ZONE '-08'" : "SET time_zone = '-08:00'",
        );
        const dayOf = async (seconds: number) =>
          (await trx.select({ day: trx.raw(dialect.utcDayOf(String(seconds))) })) as unknown;
        const midnight = Date.UTC(2026, 0, 1) / 1000;

        expect(await dayOf(midnight - 1)).toEqual([{ day: '2025-12-31' }]);
        expect(await dayOf(midnight)).toEqual([{ day: '2026-01-01' }]);
      });
    });

    it('reads what is committed, whatever the server is set to', async () => {
      const { user } = await createAccounts(test.store);
      const before = user.quota;
      await other.knex.transaction(async (trx) => {
        await trx('users').select('quota').where({ id: user.id });
        await test.database.knex('users').where({ id: user.id }).increment('quota', 1);
        const [row] = (await trx('users').select('quota').where({ id: user.id })) as {
          quota: number;
        }[];
        expect(row?.quota).toBe(before + 1);
      });
    });

    it('calls a missing table a failure that passes: the usage waits until somebody mends it', async () => {
      const failure = await other.knex('nowhere').catch((error: unknown) => error);
      expect(test.store.isTransientError(failure)).toBe(true);
    });
  });
}
