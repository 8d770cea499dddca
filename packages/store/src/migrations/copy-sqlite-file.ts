import Sqlite from 'better-sqlite3';

/**
 * Copies a SQLite database as it was last committed to `<file>.before-turnpike-<timestamp>`.
 *
 * @returns the path of the copy
 */
export async function copySqliteFile(file: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
  const copy = `${file}.before-turnpike-${stamp}`;
  const source = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    await source.backup(copy);
  } finally {
    source.close();
  }
  return copy;
}
