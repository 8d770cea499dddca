import { describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from './connect.ts';

describe('openDatabase', () => {
  it('names the variable, the place and the reason when a server cannot be reached', async () => {
    const dsn = 'postgres://user:secret@127.0.0.1:1/db?sslmode=disable';
    const opening = openDatabase({ variable: 'LOG_SQL_DSN', dsn, sqlitePath: '' });

    await expect(opening).rejects.toThrow(
      /^LOG_SQL_DSN: cannot open postgres database db at 127\.0\.0\.1:1: .*ECONNREFUSED.*\. Check the host and the port/,
    );
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  it('names SQLITE_PATH when the file is no database', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'turnpike-connect-'));
    const sqlitePath = join(folder, 'text.db');
    await writeFile(sqlitePath, 'this is no database, but a text that is long enough to tell\n');

    await expect(openDatabase({ variable: 'SQL_DSN', dsn: '', sqlitePath })).rejects.toThrow(
      /^SQLITE_PATH: cannot open sqlite file .*not a database\. Name another file/,
    );
    await rm(folder, { recursive: true });
  });

  it('creates the folder of the SQLite file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'turnpike-connect-'));
    const sqlitePath = join(folder, 'a/b/new.db');

    const database = await openDatabase({ variable: 'SQL_DSN', dsn: '', sqlitePath });
    const [row] = await database.knex.raw<{ journal_mode: string }[]>('PRAGMA journal_mode');

    expect(row?.journal_mode).toBe('wal');
    await database.close();
    await rm(folder, { recursive: true });
  });
});
