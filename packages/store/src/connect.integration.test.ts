import { expect, it, describe } from '@jest/globals';
import { createTestDatabase } from '../../../test/support/databases.ts';
import { openDatabase } from './connect.ts';

describe('openDatabase on servers', () => {
  it('goes on without TLS where the server has none and the DSN does not ask for it', async () => {
    const { dsn, sqlitePath, drop } = await createTestDatabase('postgres');
    const url = new URL(dsn);
    url.search = '';

    const database = await openDatabase({ variable: 'SQL_DSN', dsn: url.href, sqlitePath });

    const { rows } = await database.knex.raw<{ rows: unknown[] }>(
      "SELECT 9007199254740991::bigint AS big, 1.25::numeric AS fraction, '{a,b}'::text[] AS list",
    );
    expect(rows).toEqual([{ big: 9_007_199_254_740_991, fraction: 1.25, list: ['a', 'b'] }]);
    await database.close();
    await drop();
  });

  it.each(['postgres', 'mysql'] as const)(
    'says of %s what to do where the database or the user is not there',
    async (kind) => {
      const { dsn, sqlitePath, drop } = await createTestDatabase(kind);
      const missing = new URL(dsn);
      missing.pathname = '/nowhere';
      const stranger = new URL(dsn);
      stranger.username = 'nobody';
      const open = (url: URL) => openDatabase({ variable: 'SQL_DSN', dsn: url.href, sqlitePath });

      await expect(open(missing)).rejects.toThrow(
        /nowhere.*\. (Create this database|Let this user)/,
      );
      await expect(open(stranger)).rejects.toThrow(/nobody.*\. Check the user and the password\./);
      await drop();
    },
  );

  it('opens MySQL in the form of One API, with numbers as numbers', async () => {
    const { dsn, sqlitePath, drop } = await createTestDatabase('mysql');
    const { username, password, host, pathname } = new URL(dsn);
    const goDsn = `${username}:${password}@tcp(${host})${pathname}?charset=utf8mb4&parseTime=True&loc=Local`;

    const database = await openDatabase({ variable: 'SQL_DSN', dsn: goDsn, sqlitePath });

    const [rows] = (await database.knex.raw(
      'SELECT 9007199254740991 AS big, SUM(n) AS total FROM (SELECT 1 AS n UNION ALL SELECT 2) t',
    )) as [unknown[]];
    expect(rows).toEqual([{ big: 9_007_199_254_740_991, total: 3 }]);
    await database.close();
    await drop();
  });
});
