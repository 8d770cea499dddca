import { stat } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { createAccounts } from '../testing/make-accounts.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { describeLedgerRepository } from './ledger-repository.contract.ts';

describeLedgerRepository('SQLite, prepared statements', () => openTestStore('sqlite'));
describeLedgerRepository(
  'SQLite, Knex',
  () => openTestStore('sqlite'),
  ({ knexLedger }) => knexLedger,
);

describe('the log of SQLite', () => {
  it('begins anew under a load that never stops, and no charge is missing from it', async () => {
    const test = await openTestStore('sqlite', { sqliteSynchronous: 'FULL' });
    const { makeEvent } = await createAccounts(test.store);
    let largest = 0;
    for (let commits = 0; commits < 1000; commits += 1) {
      await test.store.ledgerRepository.applyUsage([makeEvent()]);
      largest = Math.max(largest, (await stat(`${test.testDatabase.sqlitePath}-wal`)).size);
    }

    expect(largest).toBeLessThan(32_000_000);
    expect(await test.database.knex('usage_requests').count({ rows: '*' })).toEqual([
      { rows: 1000 },
    ]);
    await test.close();
  });
});

describe('the reading thread of SQLite', () => {
  it('verifies and lists without holding up the event loop', async () => {
    const test = await openTestStore('sqlite');
    const slow =
      'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000000) SELECT SUM(i) AS total FROM n';
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);

    const rows = await test.database.reader.raw<{ total: number }[]>(slow);

    clearInterval(timer);
    expect(rows).toEqual([{ total: 4_500_001_500_000 }]);
    expect(turns).toBeGreaterThan(3);
    await test.close();
  });

  it('reports an error as the driver does, and goes on', async () => {
    const test = await openTestStore('sqlite');
    const { reader } = test.database;

    await expect(reader('nowhere').select()).rejects.toMatchObject({ code: 'SQLITE_ERROR' });
    await expect(reader('users').insert({ password: '' })).rejects.toThrow(/does not return data/);

    expect(await reader('users').select('id')).toEqual([]);
    await test.close();
  });
});

describe('verifying on SQLite', () => {
  // Without an index on the request ids of log rows a wrong plan takes hours for this, and the right one no time.
  it('takes a hundred thousand requests and log rows within the time of a test', async () => {
    const test = await openTestStore('sqlite');
    const { knex } = test.database;
    const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100000)';
    await knex.raw(
      `INSERT INTO usage_requests (request_id, charged, kind, applied_at, logged_at)
       ${numbers} SELECT printf('%08d', i), 1, 'real', 1, 1 FROM n`,
    );
    await knex.raw(
      "INSERT INTO logs (request_id, type) SELECT request_id, 2 FROM usage_requests WHERE request_id > '00000003'",
    );

    expect((await test.store.ledgerRepository.verify()).requestsWithoutLog).toBe(3);
    await test.close();
  });
});

describe('the prepared ledger', () => {
  it('waits for another transaction of its process without holding it up', async () => {
    const test = await openTestStore('sqlite');
    const { makeEvent, user } = await createAccounts(test.store);
    const order: string[] = [];

    let applied: Promise<unknown> | undefined;
    await test.database.knex.transaction(async (trx) => {
      await trx('users').where({ id: user.id }).increment('quota', 5);
      applied = test.store.ledgerRepository.applyUsage([makeEvent()]).then((result) => {
        order.push('charged');
        return result;
      });
      for (let turn = 0; turn < 20; turn += 1) await trx('users').where({ id: user.id });
      order.push('committed');
    });

    expect(await applied).toMatchObject({ charged: 1, users: [{ quota: 1000 + 5 - 30 }] });
    expect(order).toEqual(['committed', 'charged']);
    await test.close();
  });

  it('charges without a query through Knex', async () => {
    const test = await openTestStore('sqlite');
    const { makeEvent } = await createAccounts(test.store);
    const other = new Sqlite(test.testDatabase.sqlitePath);
    const before = other.pragma('data_version', { simple: true });

    // One that went through Knex would need turns of the event loop to get there.
    const applying = test.store.ledgerRepository.applyUsage([makeEvent()]);

    expect(other.pragma('data_version', { simple: true })).not.toBe(before);
    await applying;
    other.close();
    await test.close();
  });
});
