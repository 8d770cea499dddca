import type Sqlite from 'better-sqlite3';

export type SqlValue = string | number | null;

/** Rows that go in with one statement: a call into SQLite costs more than a row. */
export const ROW_GROUP = 8;

/** Inserts rows of one table, several with one statement. */
export class SqliteRowWriter {
  readonly #one: Sqlite.Statement<[SqlValue[]]>;
  readonly #group: Sqlite.Statement<[SqlValue[]]>;
  readonly #width: number;

  constructor(db: Sqlite.Database, table: string, columns: readonly string[]) {
    const row = `(${columns.map(() => '?').join(', ')})`;
    const head = `INSERT INTO ${table} (${columns.join(', ')}) VALUES `;
    this.#one = db.prepare<[SqlValue[]]>(head + row);
    this.#group = db.prepare<[SqlValue[]]>(head + Array<string>(ROW_GROUP).fill(row).join(', '));
    this.#width = columns.length;
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

  /** Inserts any number of rows. @throws on a constraint, with earlier rows inserted */
  writeAll(values: SqlValue[]): void {
    const groupLength = ROW_GROUP * this.#width;
    let at = 0;
    for (; at + groupLength <= values.length; at += groupLength) {
      this.#group.run(values.slice(at, at + groupLength));
    }
    for (; at < values.length; at += this.#width) this.#one.run(values.slice(at, at + this.#width));
  }
}
