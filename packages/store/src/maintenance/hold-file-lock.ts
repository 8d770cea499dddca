import Sqlite from 'better-sqlite3';
import { errorCodeOf } from '../dialects/driver-error.ts';

/** A lock of the operating system, which ends with the process however that ends. */
export interface FileLock {
  release(): void;
}

/**
 * Takes the lock of a file that is for nothing else, and is made where it is missing: it is an empty SQLite database, because
 * Node itself can lock no file. It stays behind, and means nothing then.
 *
 * @returns undefined where another process, or another part of this one, has it
 * @throws where the file cannot be made, or its file system has no locks
 */
export function holdFileLock(path: string): FileLock | undefined {
  const db = new Sqlite(path, { timeout: 0 });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    if (errorCodeOf(error).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
  return {
    release() {
      db.close();
    },
  };
}
