import type Sqlite from 'better-sqlite3';

export type SqlValue = string | number | null;

/** Rows that go in with one statement: a call into SQLite costs more than a row. */
export const ROW_GROUP = 8;

/** Inserts rows of one table, several with one statement. */
export class SqliteRowWriter {
  readonly #one: Sqlite.Statement<[SqlValue[]]>;
  readonly #group: Sqlite.Statement<[SqlValue[]]>;

  constructor(db: Sqlite.Database, table: string, columns: readonly string[]) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const head = `INSERT INTO ${table} (${columns.join(', ')}) VALUES `;
    this.#one = db.prepare<[SqlValue[]]>(head + row);
    this.#group = db.prepare<[SqlValue[]]>(head + Array<string>(ROW_GROUP).fill(row).join(', '));
  }

  /**
   * Inserts just {@link ROW_GROUP} rows, given value after value in the order of the columns. Where one of them meets a
   * constraint none goes in.
   *
   * @returns false when one of them was there already
   */
  tryGroup(values: SqlValue[]): boolean {
    try {
      this.#group.run(values);
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === 'SQLITE_CONSTRAINT_PRIMARYKEY' || code === 'SQLITE_CONSTRAINT_UNIQUE')
        return false;
      throw error;
    }
  }

  /** Inserts just {@link ROW_GROUP} rows, as above. @throws on a constraint */
  writeGroup(values: SqlValue[]): void {
    this.#group.run(values);
  }

  writeOne(values: SqlValue[]): void {
    this.#one.run(values);
  }
}
