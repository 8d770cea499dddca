import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Sqlite from 'better-sqlite3';
import { WalSync } from './wal-sync.ts';

describe('WalSync', () => {
  let directory: string;
  let file: string;
  let db: Sqlite.Database;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wal-sync-'));
    file = join(directory, 'some.db');
    db = new Sqlite(file);
    db.pragma('journal_mode = WAL');
    db.exec('CREATE TABLE t (n)');
  });
  afterEach(async () => {
    db.close();
    await rm(directory, { recursive: true });
  });

  it('syncs the log, and closing it leaves the database in order', async () => {
    const walSync = new WalSync(file);
    db.exec('INSERT INTO t VALUES (1)');

    await walSync.sync();
    walSync.close();

    db.exec('INSERT INTO t VALUES (2)');
    expect(db.prepare('SELECT COUNT(*) AS rows FROM t').get()).toEqual({ rows: 2 });
  });

  it('never again calls anything durable after a sync that failed', async () => {
    let syncs = 0;
    const walSync = new WalSync(file, (_descriptor, done) => {
      syncs += 1;
      done(syncs === 2 ? new Error('EIO: i/o error, fdatasync') : null);
    });
    await walSync.sync();
    walSync.check();
    expect(walSync.failure).toBe(undefined);

    await expect(walSync.sync()).rejects.toMatchObject({ code: 'SQLITE_IOERR_FSYNC' });
    await expect(walSync.sync()).rejects.toThrow(/EIO.*nothing is charged until a restart/);

    expect(() => {
      walSync.check();
    }).toThrow(/EIO/);
    expect(walSync.failure).toMatch(/EIO.*restart/);
    expect(syncs).toBe(2);
    walSync.close();
  });

  it('counts as failed what was under way beside a sync that failed', async () => {
    const finish: ((error: Error | null) => void)[] = [];
    const walSync = new WalSync(file, (_descriptor, done) => finish.push(done));
    const outcomes = [walSync.sync(), walSync.sync()];

    finish[1]?.(new Error('EIO'));
    finish[0]?.(null);

    const settled = await Promise.allSettled(outcomes);
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    walSync.close();
  });
});
