import type { Knex } from 'knex';
import type { ColumnType } from '../schema/table-definition.ts';
import type { ChargedBalances, UsageWrites } from './usage-writes.ts';

/** One index as it stands in the database. */
export interface ExistingIndex {
  name: string;
  columns: readonly string[];
  isUnique: boolean;
}

/** Everything in which the databases differ. To support another one is to write another of these. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres' | 'mysql';

  /** Runs `work` while no other process migrates; in one transaction where DDL is transactional. */
  withMigrationLock<T>(knex: Knex, work: (connection: Knex) => Promise<T>): Promise<T>;
  /**
   * One transaction that may write. Repeated from the start after a deadlock or a serialization failure, so `work`
   * must have no effects outside.
   */
  inWriteTransaction<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;
  /** One transaction that only reads and sees one moment. */
  inReadTransaction<T>(knex: Knex, work: (trx: Knex.Transaction) => Promise<T>): Promise<T>;

  quote(identifier: string): string;
  /** The type in DDL. */
  columnType(type: ColumnType): string;
  /** What follows the closing bracket of CREATE TABLE. */
  tableSuffix(isClustered: boolean): string;
  quoteDefault(text: string): string;
  /** Whether one ALTER TABLE can add several columns: each costs a server a rebuild of its catalogue. */
  readonly addsColumnsTogether: boolean;
  listIndexes(connection: Knex, table: string): Promise<readonly ExistingIndex[]>;
  /** Makes the table take any character, where a database was set up for fewer. Resolves to whether it had to. */
  ensureUnicode(connection: Knex, table: string): Promise<boolean>;
  /** Sets generators of ids to the highest id present. */
  resetIdSequence(connection: Knex, table: string): Promise<void>;

  /** Inserts one row into a table with a generated `id`, which is never one that a removed row had. */
  insertRow(trx: Knex, table: string, row: Readonly<Record<string, unknown>>): Promise<number>;
  /** Notes that a row goes, so that its id is not given out again. Call it before the delete. */
  retireId(trx: Knex, table: string, id: number): Promise<void>;
  /** Inserts rows whose key is free; resolves to the keys that were. Rows must be in key order. */
  insertNewRows(
    trx: Knex,
    table: string,
    key: string,
    rows: readonly Readonly<Record<string, unknown>>[],
  ): Promise<ReadonlySet<string>>;
  /**
   * Writes the charges of a transaction: log rows, accounts, roll-up. Resolves to the balances of the accounts that exist.
   * Rows are locked in the order of their keys, so that two of these at once do not deadlock.
   */
  writeUsage(trx: Knex, writes: UsageWrites): Promise<ChargedBalances>;
  /** SQL for "what is stored + what would have been inserted" in an upsert. */
  addInserted(table: string, column: string): string;
  /** Takes row locks until the end of the transaction; nothing where the whole database is locked anyway. */
  forUpdate<Query extends Knex.QueryBuilder>(query: Query): Query;

  /** After secrets were overwritten: removes what is left of them in free pages, where the database can do it. */
  eraseRemains(knex: Knex): Promise<void>;

  /**
   * Whether log rows are indexed by request id. Not where every answer waits for the insert: there a look-up goes by the
   * moment that is in the id.
   */
  readonly indexesRequestIds: boolean;

  /** Statements that add and remove indexes of a table. `columns` is what stands in brackets. */
  changeIndexesSql(
    table: string,
    added: readonly { name: string; columns: string }[],
    removed: readonly string[],
  ): string[];
  /**
   * What the index of log rows by how their content begins is made of; undefined where a search reads the rows one by
   * one, in a thread of its own.
   */
  readonly contentIndexColumns: string | undefined;
  /** The condition "content begins with" that uses that index. */
  contentBeginsWith(prefix: string): { sql: string; bindings: string[] };

  /** `like` without regard to case. */
  readonly likeOperator: string;
  /** SQL for the UTC day (`2026-01-31`) of a column in Unix seconds. */
  utcDayOf(column: string): string;

  isUniqueViolation(error: unknown): boolean;
  isValueTooLong(error: unknown): boolean;
  /** Deadlocks and serialization failures: the same transaction succeeds when repeated. */
  isRetryable(error: unknown): boolean;
  /** The database is away, busy, full or not as it should be: the same work may succeed later. */
  isTransient(error: unknown): boolean;
}
