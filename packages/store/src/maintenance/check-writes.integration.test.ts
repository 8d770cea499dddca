import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '../connect.ts';
import { openTestStore } from '../testing/open-test-store.ts';
import { describeCheckWrites } from './check-writes.contract.ts';
import { checkWrites } from './check-writes.ts';

describeCheckWrites('PostgreSQL', () => openTestStore('postgres'));
describeCheckWrites('MySQL', () => openTestStore('mysql'));

describe('checkWrites on PostgreSQL', () => {
  it('finds a server that lets nobody write, such as a replica', async () => {
    const test = await openTestStore('postgres');
    const { dsn, sqlitePath } = test.testDatabase;
    const name = new URL(dsn).pathname.slice(1);
    await test.database.knex.raw(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const readOnly = await openDatabase({ variable: 'SQL_DSN', dsn, sqlitePath });
    try {
      await expect(checkWrites(readOnly)).rejects.toMatchObject({ code: '25006' });
    } finally {
      await readOnly.close();
      await test.close();
    }
  });
});
