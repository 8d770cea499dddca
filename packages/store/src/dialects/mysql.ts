import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { likePrefix } from '../schema/like-prefix.ts';
import type { Dialect } from './dialect.ts';
import { errorCodeOf, isConnectionFailure } from './driver-error.ts';
import { retryTransaction } from './retry-transaction.ts';
import { writeUsageInSteps } from './write-usage-in-steps.ts';

const MIGRATION_LOCK_SECONDS = 3600;

const RETRYABLE = new Set(['ER_LOCK_DEADLOCK', 'ER_CHECKREAD']);
const TRANSIENT = new Set([
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'ER_QUERY_INTERRUPTED',
  'ER_CONNECTION_KILLED',
  'ER_CLIENT_INTERACTION_TIMEOUT',
  'ER_OPTION_PREVENTS_STATEMENT',
  'ER_DISK_FULL',
  'ER_RECORD_FILE_FULL',
]);
/** An account, database, table or column that is missing or not ours to use: no fault of the data, and a person can mend it. */
const UNFIT = /^ER_(\w*ACCESS_DENIED\w*|BAD_DB_ERROR|NO_SUCH_TABLE|BAD_FIELD_ERROR)$/;

/** MySQL and MariaDB. */
export const mysqlDialect: Dialect = {
  name: 'mysql',

  // DDL commits by itself here, so the lock belongs to the session, and every migration can be run again.
  withMigrationLock: (knex, work) =>
    knex.transaction(async (trx) => {
      const name = await lockNameOf(trx);
      const [rows] = (await trx.raw('SELECT GET_LOCK(?, ?) AS isHeld', [
        name,
        MIGRATION_LOCK_SECONDS,
      ])) as [{ isHeld: number | null }[]];
      if (rows[0]?.isHeld !== 1) {
        throw new Error('another process has been migrating this database for an hour');
      }
      // The lock is the session's, not the transaction's: whoever has it next must see what was done here.
      try {
        const result = await work(trx);
        await trx.raw('COMMIT');
        return result;
      } catch (error) {
        await trx.raw('ROLLBACK');
        throw error;
      } finally {
        await trx.raw('SELECT RELEASE_LOCK(?)', [name]);
      }
    }),

  inWriteTransaction: (knex, work) =>
    retryTransaction(mysqlDialect.isRetryable, () => knex.transaction(work)),

  inReadTransaction: (knex, work) => knex.transaction(work, { isolationLevel: 'repeatable read' }),

  quote: (identifier) => `\`${identifier}\``,

  columnType(type) {
    if (typeof type === 'object') {
      if ('char' in type) return `char(${type.char})`;
      if ('varchar' in type) return `varchar(${type.varchar})`;
      return 'ascii' in type
        ? `varchar(${type.ascii}) CHARACTER SET ascii COLLATE ascii_bin`
        : `varchar(${type.exact}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`;
    }
    return {
      id: 'bigint AUTO_INCREMENT',
      integer: 'bigint',
      unsigned: 'bigint unsigned',
      float: 'double',
      boolean: 'boolean',
      string: 'varchar(191)',
      text: 'text',
      long: 'longtext',
    }[type];
  },

  addsColumnsTogether: true,
  tableSuffix: () => ' DEFAULT CHARACTER SET utf8mb4',
  quoteDefault: (text) => `'${text}'`,

  async listIndexes(connection, table) {
    const [rows] = (await connection.raw(
      `SELECT INDEX_NAME AS name, MAX(NON_UNIQUE = 0) AS isUnique,
              GROUP_CONCAT(COLUMN_NAME ORDER BY SEQ_IN_INDEX) AS columns
         FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?
        GROUP BY INDEX_NAME`,
      [table],
    )) as [{ name: string; isUnique: number; columns: string }[]];
    return rows.map(({ name, isUnique, columns }) => ({
      name,
      isUnique: isUnique === 1,
      columns: columns.split(','),
    }));
  },

  // At once, because each of them by itself may read the whole table.
  changeIndexesSql(table, added, removed) {
    const changes = [
      ...added.map(({ name, columns }) => `ADD INDEX \`${name}\` (${columns})`),
      ...removed.map((name) => `DROP INDEX \`${name}\``),
    ];
    return changes.length === 0 ? [] : [`ALTER TABLE \`${table}\` ${changes.join(', ')}`];
  },

  async ensureUnicode(connection, table) {
    const [rows] = (await connection.raw(
      `SELECT TABLE_COLLATION AS collation FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ?`,
      [table],
    )) as [{ collation: string | null }[]];
    if (rows[0]?.collation?.startsWith('utf8mb4') !== false) return false;
    await connection.raw('ALTER TABLE ?? CONVERT TO CHARACTER SET utf8mb4', [table]);
    return true;
  },

  resetIdSequence: async () => {
    // AUTO_INCREMENT follows explicit ids.
  },

  async insertRow(trx, table, row) {
    const [id] = await trx(table).insert(row);
    if (id === undefined) throw new Error(`no row was inserted into ${table}`);
    return id;
  },

  retireId: async () => {
    // AUTO_INCREMENT never goes back.
  },

  async insertNewRows(trx, table, key, rows) {
    const keys = rows.map((row) => String(row[key]));
    try {
      await trx(table).insert(rows);
      return new Set(keys);
    } catch (error) {
      if (!this.isUniqueViolation(error)) throw error;
    }
    // Only the statement was undone. What is there now is locked, so that it cannot go away before the commit.
    const present = (await trx(table).select(key).whereIn(key, keys).forUpdate()) as Record<
      string,
      string
    >[];
    const taken = new Set(present.map((row) => String(row[key])));
    const missing = rows.filter((row) => !taken.has(String(row[key])));
    if (missing.length > 0) {
      await trx(table)
        .insert(missing)
        .catch((error: unknown) => {
          if (this.isUniqueViolation(error)) throw new SlippedInError({ cause: error });
          throw error;
        });
    }
    return new Set(missing.map((row) => String(row[key])));
  },

  writeUsage: (trx, writes) => writeUsageInSteps(trx, mysqlDialect, writes),
  addInserted: (_table, column) => `\`${column}\` + VALUES(\`${column}\`)`,
  forUpdate: (query) => query.forUpdate() as typeof query,

  eraseRemains: async () => {
    // The server reuses the space in its own time.
  },

  indexesRequestIds: true,
  contentIndexColumns: '`content`(16)',
  contentBeginsWith: (prefix) => ({
    sql: "`content` LIKE ? ESCAPE '!'",
    bindings: [likePrefix(prefix)],
  }),
  likeOperator: 'like',
  utcDayOf: (column) =>
    `DATE_FORMAT(DATE_ADD('1970-01-01 00:00:00', INTERVAL ${column} SECOND), '%Y-%m-%d')`,

  isUniqueViolation: (error) => errorCodeOf(error) === 'ER_DUP_ENTRY',
  isValueTooLong: (error) => errorCodeOf(error) === 'ER_DATA_TOO_LONG',
  isRetryable: (error) =>
    RETRYABLE.has(errorCodeOf(error)) || errorCodeOf(error) === SlippedInError.code,
  isTransient(error) {
    const code = errorCodeOf(error);
    return (
      this.isRetryable(error) ||
      TRANSIENT.has(code) ||
      UNFIT.test(code) ||
      isConnectionFailure(error)
    );
  },
};

/** Another transaction inserted a key between our look and our insert. */
class SlippedInError extends Error {
  static readonly code = 'SLIPPED_IN';
  readonly code = SlippedInError.code;
  override readonly name = 'SlippedInError';

  constructor(options: ErrorOptions) {
    super('the key was inserted at the same moment', options);
  }
}

/** Lock names are the server's, not the database's, and at most 64 characters long. */
async function lockNameOf(connection: Knex): Promise<string> {
  const [rows] = (await connection.raw('SELECT DATABASE() AS name')) as [{ name: string }[]];
  const digest = createHash('sha256').update(String(rows[0]?.name)).digest('hex');
  return `turnpike-migrate-${digest.slice(0, 32)}`;
}
