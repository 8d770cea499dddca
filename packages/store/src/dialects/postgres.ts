import pg from 'pg';
import { likePrefix } from '../schema/like-prefix.ts';
import type { Dialect, ExistingIndex } from './dialect.ts';
import { errorCodeOf, isConnectionFailure } from './driver-error.ts';
import { unnestRows } from './postgres-arrays.ts';
import { retryTransaction } from './retry-transaction.ts';
import { writeUsageInOne } from './write-usage-in-one.ts';

/** Any constant will do, as long as every version of the program uses the same. */
const MIGRATION_LOCK = 7_831_402_117;

const RETRYABLE = new Set(['40001', '40P01']);
/** Lock and idle time-outs, shutdown, full disk, too many connections, read-only standby. */
const TRANSIENT = /^(08|53|57P|55P03|25P03|25006|58)/;
/** A role, database, table or column that is missing or not ours to use: no fault of the data, and a person can mend it. */
const UNFIT = /^(28|3D000|42P01|42703|42501)/;

export const postgresDialect: Dialect = {
  name: 'postgres',

  withMigrationLock: (knex, work) =>
    knex.transaction(async (trx) => {
      await trx.raw('SET LOCAL lock_timeout = 0');
      await trx.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
      await trx.raw('SELECT pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
      return work(trx);
    }),

  inWriteTransaction: (knex, work) =>
    retryTransaction(postgresDialect.isRetryable, () => knex.transaction(work)),

  inReadTransaction: (knex, work) =>
    knex.transaction(work, { isolationLevel: 'repeatable read', readOnly: true }),

  quote: (identifier) => `"${identifier}"`,

  columnType(type) {
    if (typeof type === 'object') {
      if ('char' in type) return `char(${type.char})`;
      if ('varchar' in type) return `varchar(${type.varchar})`;
      return 'text';
    }
    return {
      id: 'bigserial',
      integer: 'bigint',
      unsigned: 'bigint',
      float: 'numeric',
      boolean: 'boolean',
      string: 'text',
      text: 'text',
      long: 'text',
    }[type];
  },

  addsColumnsTogether: true,
  tableSuffix: () => '',
  quoteDefault: (text) => `'${text}'`,

  async listIndexes(connection, table) {
    const { rows } = await connection.raw<{ rows: ExistingIndex[] }>(
      `SELECT i.relname AS name, x.indisunique AS "isUnique",
              array_agg(COALESCE(a.attname, '') ORDER BY k.position)::text[] AS columns
         FROM pg_index x
         JOIN pg_class i ON i.oid = x.indexrelid
         CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attribute, position)
         LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attribute
        WHERE x.indrelid = to_regclass(?)
        GROUP BY i.relname, x.indisunique`,
      [`"${table}"`],
    );
    return rows;
  },

  changeIndexesSql: (table, added, removed) => [
    ...added.map(({ name, columns }) => `CREATE INDEX "${name}" ON "${table}" (${columns})`),
    ...removed.map((name) => `DROP INDEX "${name}"`),
  ],

  ensureUnicode: () => Promise.resolve(false),

  async resetIdSequence(connection, table) {
    // Never back: ids of rows that are gone stay used.
    await connection.raw(
      `SELECT setval(s.name::regclass, m.value)
         FROM (SELECT pg_get_serial_sequence(?, 'id') AS name) s
         CROSS JOIN LATERAL (
           SELECT GREATEST((SELECT MAX(id) FROM ??), pg_sequence_last_value(s.name::regclass)) AS value
         ) m
        WHERE s.name IS NOT NULL AND m.value IS NOT NULL`,
      [`"${table}"`, table],
    );
  },

  async insertRow(trx, table, row) {
    const [inserted] = await trx(table).insert(row).returning<{ id: number }[]>('id');
    if (inserted === undefined) throw new Error(`no row was inserted into ${table}`);
    return inserted.id;
  },

  retireId: async () => {
    // A sequence never goes back.
  },

  async insertNewRows(trx, table, key, rows) {
    const { columns, from, bindings } = unnestRows(rows);
    const { rows: inserted } = await trx.raw<{ rows: { key: string }[] }>(
      `INSERT INTO "${table}" (${columns}) SELECT * FROM ${from}
       ON CONFLICT ("${key}") DO NOTHING RETURNING "${key}" AS key`,
      bindings,
    );
    return new Set(inserted.map((row) => row.key));
  },

  writeUsage: (trx, writes) => writeUsageInOne(trx, writes),
  addInserted: (table, column) => `"${table}"."${column}" + excluded."${column}"`,
  forUpdate: (query) => query.forUpdate() as typeof query,

  eraseRemains: async () => {
    // The server reuses the space in its own time.
  },

  indexesRequestIds: true,
  // Whole contents may be too long for an index, and text is compared byte by byte only in this class.
  contentIndexColumns: 'left("content", 16) text_pattern_ops',
  contentBeginsWith: (prefix) => ({
    sql: `left("content", 16) LIKE ? ESCAPE '!' AND "content" LIKE ? ESCAPE '!'`,
    bindings: [likePrefix(Array.from(prefix).slice(0, 16).join('')), likePrefix(prefix)],
  }),
  likeOperator: 'ilike',
  utcDayOf: (column) => `to_char(to_timestamp(${column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,

  isUniqueViolation: (error) => errorCodeOf(error) === '23505',
  isValueTooLong: (error) => errorCodeOf(error) === '22001',
  isRetryable: (error) => RETRYABLE.has(errorCodeOf(error)),
  isTransient(error) {
    const code = errorCodeOf(error);
    return (
      RETRYABLE.has(code) || TRANSIENT.test(code) || UNFIT.test(code) || isConnectionFailure(error)
    );
  },
};

/** Reads int8 and numeric values as numbers, on the connections that are given it. */
export const postgresTypes = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === 20 || oid === 1700) return parseNumber;
    return getDefaultParser(oid, format ?? 'text');
  },
};

/** The driver's types know an enum of built-in types only; tables may have others. */
const getDefaultParser = pg.types.getTypeParser as (
  oid: number,
  format: string,
) => (text: string) => unknown;

function parseNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new RangeError(`the database holds an integer that is too large: ${text}`);
  }
  return value;
}
