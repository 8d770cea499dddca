import { dirname } from 'node:path';
import { holdFileLock } from '@turnpike/store';
import { makeDirectory } from '../make-directory.ts';
import type { Settings } from '../settings/load-settings.ts';
import { findSqlitePath } from './data-directory.ts';

/**
 * Makes sure that no other gateway runs on the same SQLite file: each would know only its own reservations, and a balance
 * could be spent twice.
 *
 * @returns gives the lock up
 * @throws where another gateway has it, with what to do
 */
export function lockSqliteFile(settings: Pick<Settings, 'sqlitePath' | 'dataDir'>): () => void {
  const path = findSqlitePath(settings);
  makeDirectory('SQLITE_PATH', dirname(path), 0o700);
  const lock = holdFileLock(`${path}.lock`);
  if (lock === undefined)
    throw new Error(
      `SQLITE_PATH: another gateway runs on ${path}, or is still ending. One process at a time: end that one, choose another DATA_DIR, or run a cluster (docs/guides/run-a-cluster.md).`,
    );
  return () => {
    lock.release();
  };
}
