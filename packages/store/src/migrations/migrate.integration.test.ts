import { describe, expect, it, jest } from '@jest/globals';
import { makeUsageEvent } from '@turnpike/core/testing';
import { systemClock } from '@turnpike/core';
import { createTestDatabase } from '../../../../test/support/databases.ts';
import { openDatabase } from '../connect.ts';
import { createLedgerRepository } from '../repositories/ledger-repository.ts';
import { describeMigrations } from './migrate.contract.ts';
import { migrate } from './migrate.ts';

// A server that many use at once takes its time for each table.
jest.setTimeout(30_000);

describeMigrations('PostgreSQL', 'postgres');
describeMigrations('MySQL', 'mysql');

describe('migrations (MySQL with a narrow character set)', () => {
  it('make the tables take any character, so that a log row cannot keep a request unbilled', async () => {
    const { dsn, sqlitePath, drop } = await createTestDatabase('mysql');
    const { knex, dialect, ...database } = await openDatabase({
      variable: 'SQL_DSN',
      dsn,
      sqlitePath,
    });
    await knex.raw(
      'CREATE TABLE users (id bigint PRIMARY KEY, password longtext) CHARACTER SET latin1',
    );
    await knex.raw(
      'CREATE TABLE logs (id bigint AUTO_INCREMENT PRIMARY KEY, content longtext) CHARACTER SET latin1',
    );
    await knex('logs').insert({ content: 'café' });

    await migrate({ knex, dialect, ...database });
    const isConsumptionLogged = () => true;
    const ledger = createLedgerRepository({
      knex,
      dialect,
      clock: systemClock,
      isConsumptionLogged,
    });
    const applied = await ledger.applyUsage([
      makeUsageEvent({ at: Date.now(), username: '用户 😀' }),
    ]);

    expect(applied.charged).toBe(1);
    const rows = (await knex('logs').orderBy('id')) as { content: string; username: string }[];
    expect(rows[0]?.content).toBe('café');
    expect(rows[1]).toMatchObject({ username: '用户 😀', content: '倍率：1.25 × 1.00 × 4.00' });
    await database.close();
    await drop();
  });
});
