import { likePrefix } from '../schema/like-prefix.ts';
import type { Dialect } from './dialect.ts';
import { errorCodeOf, isConnectionFailure } from './driver-error.ts';
import { retryTransaction } from './retry-transaction.ts';
import { writeUsageInSteps } from './write-usage-in-steps.ts';

export const sqliteDialect: Dialect = {
  name: 'sqlite',

  // BEGIN IMMEDIATE (see sqlite-client.ts): nobody else writes until the commit.
  withMigrationLock: (knex, work) => knex.transaction(work),

  inWriteTransaction: (knex, work) =>
    retryTransaction(sqliteDialect.isRetryable, () => knex.transaction(work)),

  inReadTransaction: (knex, work) => knex.transaction(work, { readOnly: true }),

  quote: (identifier) => `\`${identifier}\``,

  columnType(type) {
    if (typeof type === 'object') {
      if ('char' in type) return `char(${type.char})`;
      if ('varchar' in type) return `varchar(${type.varchar})`;
      return 'text';
    }
    return {
      id: 'integer',
      integer: 'integer',
      unsigned: 'integer',
      float: 'real',
      boolean: 'numeric',
      string: 'text',
      text: 'text',
      long: 'text',
    }[type];
  },

  addsColumnsTogether: false,
  tableSuffix: (isClustered) => (isClustered ? ' WITHOUT ROWID' : ''),
  // In double quotes, as One API's migrator compares the text.
  quoteDefault: (text) => `"${text}"`,

  async listIndexes(connection, table) {
    const indexes = await connection.raw<{ name: string; unique: number }[]>(
      'SELECT name, "unique" FROM pragma_index_list(?)',
      [table],
    );
    return Promise.all(
      indexes.map(async ({ name, unique }) => {
        const columns = await connection.raw<{ name: string | null }[]>(
          'SELECT name FROM pragma_index_info(?)',
          [name],
        );
        return { name, isUnique: unique === 1, columns: columns.map((row) => row.name ?? '') };
      }),
    );
  },

  changeIndexesSql: (table, added, removed) => [
    ...added.map(({ name, columns }) => `CREATE INDEX \`${name}\` ON \`${table}\` (${columns})`),
    ...removed.map((name) => `DROP INDEX \`${name}\``),
  ],

  ensureUnicode: () => Promise.resolve(false),

  resetIdSequence: async () => {
    // The next id is computed when a row is inserted.
  },

  // Without AUTOINCREMENT (as One API made the tables) the id of a removed last row would come again,
  // and with it the usage that was charged to it.
  async insertRow(trx, table, row) {
    const [next] = await trx.raw<{ id: number }[]>(
      `SELECT MAX(COALESCE((SELECT MAX(id) FROM ??), 0),
                  COALESCE((SELECT CAST(value AS integer) FROM turnpike_meta WHERE name = ?), 0)) + 1 AS id`,
      [table, highestRetired(table)],
    );
    const id = next?.id ?? 1;
    await trx(table).insert({ id, ...row });
    return id;
  },

  async retireId(trx, table, id) {
    const name = highestRetired(table);
    const [row] = (await trx('turnpike_meta').select('value').where({ name })) as {
      value: string;
    }[];
    if (Number(row?.value ?? 0) >= id) return;
    await trx('turnpike_meta')
      .insert({ name, value: String(id) })
      .onConflict('name')
      .merge();
  },

  async insertNewRows(trx, table, key, rows) {
    const inserted = await trx(table)
      .insert(rows)
      .onConflict(key)
      .ignore()
      .returning<Record<string, string>[]>(key);
    return new Set(inserted.map((row) => String(row[key])));
  },

  writeUsage: (trx, writes) => writeUsageInSteps(trx, sqliteDialect, writes),
  addInserted: (table, column) => `\`${table}\`.\`${column}\` + excluded.\`${column}\``,
  forUpdate: (query) => query,

  async eraseRemains(knex) {
    await knex.raw('VACUUM');
    await knex.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  },

  indexesRequestIds: false,
  contentIndexColumns: undefined,
  contentBeginsWith: (prefix) => ({
    sql: "`content` LIKE ? ESCAPE '!'",
    bindings: [likePrefix(prefix)],
  }),
  likeOperator: 'like',
  utcDayOf: (column) => `strftime('%Y-%m-%d', ${column}, 'unixepoch')`,

  isUniqueViolation: (error) =>
    /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY|ROWID)$/.test(errorCodeOf(error)),
  isValueTooLong: () => false,
  isRetryable: (error) => errorCodeOf(error).startsWith('SQLITE_BUSY'),
  isTransient: (error) =>
    /^SQLITE_(BUSY|LOCKED|FULL|IOERR|CANTOPEN|READONLY)/.test(errorCodeOf(error)) ||
    isConnectionFailure(error),
};

function highestRetired(table: string): string {
  return `highest-retired-id:${table}`;
}
