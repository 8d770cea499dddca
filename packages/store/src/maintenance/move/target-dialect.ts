import type { Knex } from 'knex';
import type { Cell, ColumnKind, MoveColumn, MoveTable } from './move-column.ts';

/** A column as the database's catalogue describes it. */
export interface CatalogueColumn {
  tableName: string;
  name: string;
  dataType: string;
  isUnsigned: boolean | number;
  isNullable: boolean | number;
  maxCharacters: number | null;
  maxBytes: number | null;
  charset: string | null;
}

/** What a move needs of a kind of database beside its dialect. */
export interface TargetDialect {
  /** Tables of the database, ours or not, in the order of their names. */
  listTables(connection: Knex): Promise<string[]>;
  /** In the order of the table. */
  listColumns(connection: Knex): Promise<MoveColumnOf[]>;
  insertRows(trx: Knex, table: MoveTable, rows: readonly (readonly Cell[])[]): Promise<void>;
  /** SQL that reads an integer as text, so that it stays exact. */
  integerAsText(column: string): string;
  /** Lets generated ids begin behind the highest. */
  setNextId(connection: Knex, table: string, highest: bigint): Promise<void>;
  /** Name of the unique index or constraint that a row contradicts; empty: unknown. */
  contradictedIndex(error: unknown): string;
}

export type MoveColumnOf = MoveColumn & { tableName: string };

export const targetDialects: Readonly<Record<'postgres' | 'mysql', TargetDialect>> = {
  postgres: {
    async listTables(connection) {
      const { rows } = await connection.raw<{ rows: { name: string }[] }>(
        `SELECT table_name AS name FROM information_schema.tables
          WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`,
      );
      return rows.map(({ name }) => name);
    },

    async listColumns(connection) {
      const { rows } = await connection.raw<{ rows: CatalogueColumn[] }>(
        `SELECT table_name AS "tableName", column_name AS name, data_type AS "dataType",
                false AS "isUnsigned", is_nullable = 'YES' AS "isNullable",
                character_maximum_length::int AS "maxCharacters", NULL AS "maxBytes", NULL AS charset
           FROM information_schema.columns
          WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position`,
      );
      return rows.map((column) => toMoveColumn(column, { takesNul: false }));
    },

    // One parameter for any number of rows, which the server takes apart by the types of its columns.
    async insertRows(trx, { name, columns }, rows) {
      const names = columns.map((column) => quotePostgres(column.name)).join(',');
      const objects = rows.map((row) =>
        Object.fromEntries(columns.map((column, position) => [column.name, row[position] ?? null])),
      );
      await trx.raw(
        `INSERT INTO ${quotePostgres(name)} (${names})
         SELECT ${names} FROM json_populate_recordset(NULL::${quotePostgres(name)}, ?::json)`,
        [JSON.stringify(objects)],
      );
    },

    integerAsText: (column) => `${quotePostgres(column)}::text AS ${quotePostgres(column)}`,

    async setNextId(connection, table, highest) {
      await connection.raw(
        `SELECT setval(s.name::regclass, ?::bigint)
           FROM (SELECT pg_get_serial_sequence(?, 'id') AS name) s WHERE s.name IS NOT NULL`,
        [String(highest), quotePostgres(table)],
      );
    },

    contradictedIndex: (error) => readField(error, 'constraint'),
  },

  mysql: {
    async listTables(connection) {
      const [rows] = (await connection.raw(
        `SELECT TABLE_NAME AS name FROM information_schema.TABLES
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE = 'BASE TABLE' ORDER BY 1`,
      )) as [{ name: string }[]];
      return rows.map(({ name }) => name);
    },

    async listColumns(connection) {
      const [rows] = (await connection.raw(
        `SELECT TABLE_NAME AS tableName, COLUMN_NAME AS name, DATA_TYPE AS dataType,
                COLUMN_TYPE LIKE '%unsigned%' AS isUnsigned, IS_NULLABLE = 'YES' AS isNullable,
                CHARACTER_MAXIMUM_LENGTH AS maxCharacters, CHARACTER_OCTET_LENGTH AS maxBytes,
                CHARACTER_SET_NAME AS charset
           FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() ORDER BY TABLE_NAME, ORDINAL_POSITION`,
      )) as [CatalogueColumn[]];
      return rows.map((column) => toMoveColumn(column, { takesNul: true }));
    },

    async insertRows(trx, { name, columns }, rows) {
      // An id of 0 is an id, not a wish for the next one.
      await trx.raw("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')");
      const names = columns.map((column) => quoteMysql(column.name)).join(',');
      await trx.raw(`INSERT INTO ${quoteMysql(name)} (${names}) VALUES ?`, [
        rows as unknown as string[], // the driver writes lists of lists; Knex's types do not know it
      ]);
    },

    integerAsText: (column) => `CAST(${quoteMysql(column)} AS CHAR) AS ${quoteMysql(column)}`,

    async setNextId(connection, table, highest) {
      const [rows] = (await connection.raw(
        `SELECT 1 FROM information_schema.COLUMNS
          WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = ? AND EXTRA LIKE '%auto_increment%'`,
        [table],
      )) as [unknown[]];
      if (rows.length === 0) return;
      await connection.raw(
        `ALTER TABLE ${quoteMysql(table)} AUTO_INCREMENT = ${String(highest + 1n)}`,
      );
    },

    contradictedIndex: (error) =>
      /for key '(?:[^']*\.)?([^'.]+)'/.exec(readField(error, 'message'))?.[1] ?? '',
  },
};

const kinds: Readonly<Record<string, ColumnKind>> = {
  smallint: 'integer',
  integer: 'integer',
  int: 'integer',
  bigint: 'integer',
  tinyint: 'boolean',
  boolean: 'boolean',
  double: 'float',
  numeric: 'float',
  'double precision': 'float',
  text: 'text',
  longtext: 'text',
  mediumtext: 'text',
  char: 'text',
  character: 'text',
  varchar: 'text',
  'character varying': 'text',
};

function toMoveColumn(column: CatalogueColumn, { takesNul }: { takesNul: boolean }): MoveColumnOf {
  const { tableName, name, dataType, charset } = column;
  const kind = kinds[dataType.toLowerCase()];
  if (kind === undefined)
    throw new Error(
      `The column ${tableName}.${name} has a type that cannot be moved: ${dataType}.`,
    );
  return {
    tableName,
    name,
    kind: kind === 'integer' && Boolean(column.isUnsigned) ? 'unsigned' : kind,
    isNullable: Boolean(column.isNullable),
    maxCharacters: column.maxCharacters ?? undefined,
    maxBytes: column.maxBytes ?? undefined,
    isAscii: charset === 'ascii',
    takesNul,
    isPadded: dataType === 'character' || dataType === 'char',
  };
}

function quotePostgres(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

function quoteMysql(identifier: string): string {
  return `\`${identifier.replaceAll('`', '``')}\``;
}

function readField(error: unknown, field: 'constraint' | 'message'): string {
  if (typeof error !== 'object' || error === null || !(field in error)) return '';
  const value = (error as Record<string, unknown>)[field];
  return typeof value === 'string' ? value : '';
}
