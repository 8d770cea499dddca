import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { holdFileLock } from './hold-file-lock.ts';

describe('holdFileLock', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnpike-lock-'));
    path = join(folder, 'a.lock');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('lets one have it at a time', () => {
    const first = holdFileLock(path);
    expect(first).toBeDefined();
    expect(holdFileLock(path)).toBeUndefined();
    first!.release();
    const second = holdFileLock(path);
    expect(second).toBeDefined();
    second!.release();
  });

  it('ends with its process, however that ends, and writes nothing', async () => {
    const driver = createRequire(import.meta.url).resolve('better-sqlite3');
    const script = `
      const Sqlite = require(${JSON.stringify(driver)});
      globalThis.db = new Sqlite(${JSON.stringify(path)});
      db.exec('BEGIN EXCLUSIVE');
      console.log('held');
      setInterval(() => {}, 1000);`;
    const other = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(other.stdout, 'data');
    expect(holdFileLock(path)).toBeUndefined();
    other.kill('SIGKILL');
    await once(other, 'exit');
    const own = holdFileLock(path);
    expect(own).toBeDefined();
    own!.release();
    expect((await stat(path)).size).toBe(0);
  });

  it('says so where there can be no such file', () => {
    expect(() => holdFileLock(join(folder, 'missing', 'a.lock'))).toThrow(/directory/);
  });
});
