import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { openDatabase } from '../connect.ts';
import { readDatabaseId } from '../schema/database-id.ts';
import { openTestStore, type TestStore } from '../testing/open-test-store.ts';
import { createAccounts } from '../testing/make-accounts.ts';
import { backupSqlite } from './backup-sqlite.ts';

describe('backupSqlite', () => {
  let test: TestStore;
  let file: string;
  let copy: string;
  beforeEach(async () => {
    test = await openTestStore('sqlite');
    file = test.testDatabase.sqlitePath;
    copy = join(dirname(file), 'backups', 'copy.db');
  });
  afterEach(() => test.close());

  it('copies everything that is committed into one private file', async () => {
    const { makeEvent } = await createAccounts(test.store);
    await test.store.ledgerRepository.applyUsage([makeEvent(), makeEvent()]);

    const { bytes, rows } = await backupSqlite(file, copy);

    expect(rows).toMatchObject({ users: 1, tokens: 1, channels: 1, logs: 2, usage_requests: 2 });
    const { size, mode } = await stat(copy);
    expect([size, mode & 0o777]).toEqual([bytes, 0o600]);
    expect(await readdir(dirname(copy))).toEqual(['copy.db']);
  });

  it('is of one moment, and comes to its end, however much is written meanwhile', async () => {
    const { makeEvent, user } = await createAccounts(test.store, { user: { quota: 1_000_000 } });
    for (let batch = 0; batch < 20; batch += 1) {
      const events = Array.from({ length: 400 }, () => makeEvent({ quota: 1 }));
      await test.store.ledgerRepository.applyUsage(events);
    }
    const done = new AbortController();
    let written = 0;
    const writing = (async () => {
      while (!done.signal.aborted) {
        await test.store.ledgerRepository.applyUsage([makeEvent({ quota: 1 })]);
        written += 1;
        await new Promise(setImmediate);
      }
    })();

    const { rows } = await backupSqlite(file, copy);
    done.abort();
    await writing;

    const db = new Sqlite(copy, { readonly: true });
    const quota = db.prepare('SELECT quota FROM users WHERE id = ?').pluck().get(user.id);
    db.close();
    expect(written).toBeGreaterThan(0);
    expect(rows['logs']).toBe(1_000_000 - Number(quota));
  });

  it('has the id of its database, so that the Redis of a cluster goes on with what is restored', async () => {
    await backupSqlite(file, copy);
    const restored = await openDatabase({ variable: 'SQL_DSN', dsn: '', sqlitePath: copy });
    const id = await readDatabaseId(restored.knex).finally(() => restored.close());
    expect(id).toBe(test.store.databaseId);
  });

  it('overwrites nothing', async () => {
    await backupSqlite(file, copy);
    const before = await readFile(copy);

    await expect(backupSqlite(file, copy)).rejects.toThrow(`${copy} is there already`);
    expect((await readFile(copy)).equals(before)).toBe(true);
  });

  it('names a database that is not there, and does not create it', async () => {
    const missing = join(dirname(file), 'missing.db');

    await expect(backupSqlite(missing, copy)).rejects.toThrow(`There is no SQLite file ${missing}`);
    expect(await readdir(dirname(file))).not.toContain('missing.db');
  });

  it('leaves nothing behind when the copy is not sound', async () => {
    const broken = join(dirname(file), 'broken.db');
    await backupSqlite(file, broken);
    const bytes = await readFile(broken);
    bytes.fill(0x5a, 4096 * 2);
    await writeFile(broken, bytes);

    await expect(backupSqlite(broken, copy)).rejects.toMatchObject({ code: 'SQLITE_CORRUPT' });
    expect(await readdir(dirname(copy))).toEqual([]);
  });
});
