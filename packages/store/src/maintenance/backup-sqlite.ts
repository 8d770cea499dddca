import { chmod, link, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { errorCodeOf } from '../dialects/driver-error.ts';

export interface BackupReport {
  /** Size of the copy. */
  bytes: number;
  /** Rows of each table of the copy, which are those of the database at the moment of the backup. */
  rows: Readonly<Record<string, number>>;
}

/** Pages copied in one turn of the event loop: 4 MB. */
const PAGES_A_TURN = 1000;

/**
 * Copies a SQLite database as it is at one moment, while others read and write it. The copy is one file without a log
 * beside it, readable by the owner only, checked and on the disk when this resolves; until then it has another name.
 *
 * @throws when there is no such database, when the copy's name is taken, or when the copy is not sound
 */
export async function backupSqlite(file: string, copy: string): Promise<BackupReport> {
  if (!(await isThere(file))) throw new Error(`There is no SQLite file ${file}.`);
  if (await isThere(copy)) throw new Error(`${copy} is there already; nothing is overwritten.`);
  const folder = dirname(copy);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${copy}.unfinished`;
  await createPrivateFile(unfinished);
  try {
    const rows = await copyAndCheck(file, unfinished);
    const bytes = await sync(unfinished);
    await giveName(unfinished, copy);
    await sync(folder);
    return { bytes, rows };
  } finally {
    for (const suffix of ['', '-journal', '-wal', '-shm']) {
      await rm(unfinished + suffix, { force: true });
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/** Private before anything is in it. What a killed backup left is overwritten. */
async function createPrivateFile(path: string): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  await handle.close();
  await chmod(path, 0o600);
}

async function copyAndCheck(file: string, copy: string): Promise<Record<string, number>> {
  const source = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    // A transaction keeps the moment. Without one the copy begins anew whenever somebody writes meanwhile.
    source.exec('BEGIN');
    const expected = countRows(source);
    await source.backup(copy, { progress: () => PAGES_A_TURN });
    const found = check(copy);
    const wrong = Object.keys({ ...expected, ...found }).filter(
      (table) => expected[table] !== found[table],
    );
    if (wrong.length > 0) throw new Error(`The copy lacks rows of: ${wrong.join(', ')}.`);
    return found;
  } finally {
    source.close();
  }
}

function check(copy: string): Record<string, number> {
  const db = new Sqlite(copy, { fileMustExist: true });
  try {
    db.pragma('journal_mode = DELETE');
    const faults = db.pragma('integrity_check') as { integrity_check: string }[];
    const [first] = faults;
    if (first?.integrity_check !== 'ok') {
      throw new Error(`The copy is not sound: ${first?.integrity_check ?? 'no answer'}.`);
    }
    return countRows(db);
  } finally {
    db.close();
  }
}

function countRows(db: Sqlite.Database): Record<string, number> {
  const tables = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name",
    )
    .pluck()
    .all();
  return Object.fromEntries(
    tables.map((table) => {
      const sql = `SELECT COUNT(*) FROM "${table.replaceAll('"', '""')}"`;
      return [table, db.prepare<[], number>(sql).pluck().get() ?? 0];
    }),
  );
}

/** Resolves to the size when everything is on the disk. */
async function sync(path: string): Promise<number> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

/** A renaming would overwrite a file that came meanwhile; it is for file systems that know no links. */
async function giveName(unfinished: string, copy: string): Promise<void> {
  try {
    await link(unfinished, copy);
  } catch (error) {
    if (errorCodeOf(error) === 'EEXIST') {
      throw new Error(`${copy} is there already; nothing is overwritten.`, { cause: error });
    }
    await rename(unfinished, copy);
  }
}
