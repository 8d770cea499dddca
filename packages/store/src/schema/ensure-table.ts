import type { Logger } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import type { ColumnDefinition, IndexDefinition, TableDefinition } from './table-definition.ts';

export interface SchemaContext {
  connection: Knex;
  dialect: Dialect;
  logger: Logger;
}

/**
 * Creates the table, or adds the columns and indexes that it lacks. What is there is never changed, so this can be
 * repeated after a migration that was killed half-way, and run on tables that somebody else made.
 */
export async function ensureTable(context: SchemaContext, table: TableDefinition): Promise<void> {
  const { connection } = context;
  if (await connection.schema.hasTable(table.name)) {
    await ensureColumns(context, table.name, table.columns);
  } else {
    await connection.raw(createTableSql(context.dialect, table));
  }
  await ensureIndexes(context, table.name, table.indexes);
}

/** Adds the columns that the table lacks; rows that are there get the default. */
export async function ensureColumns(
  { connection, dialect }: SchemaContext,
  table: string,
  columns: readonly ColumnDefinition[],
): Promise<void> {
  const present = await connection(table).columnInfo();
  for (const column of columns) {
    if (column.name in present) continue;
    await connection.raw(
      `ALTER TABLE ${dialect.quote(table)} ADD COLUMN ${columnSql(dialect, column)}`,
    );
  }
}

/** Adds the indexes that the table lacks. A unique one that the rows contradict is left out, with a warning. */
export async function ensureIndexes(
  { connection, dialect, logger }: SchemaContext,
  table: string,
  indexes: readonly IndexDefinition[],
): Promise<void> {
  const present = await dialect.listIndexes(connection, table);
  for (const index of indexes) {
    if (present.some(({ name }) => name === index.name)) continue;
    if (index.isUnique === true) {
      const isThere = ({ isUnique, columns }: { isUnique: boolean; columns: readonly string[] }) =>
        isUnique && columns.join() === index.columns.join();
      if (present.some(isThere)) continue;
      if (await hasDuplicates(connection, table, index.columns)) {
        logger.warn({ table, index: index.name }, 'unique index left out: rows contradict it');
        continue;
      }
    }
    await connection.raw(createIndexSql(dialect, table, index));
  }
}

/** Removes those of the indexes that the table has. */
export async function dropIndexes(
  { connection, dialect }: SchemaContext,
  table: string,
  names: readonly string[],
): Promise<void> {
  const present = await dialect.listIndexes(connection, table);
  for (const name of names) {
    if (!present.some((index) => index.name === name)) continue;
    await connection.schema.alterTable(table, (builder) => {
      builder.dropIndex([], name);
    });
  }
}

async function hasDuplicates(
  connection: Knex,
  table: string,
  columns: readonly string[],
): Promise<boolean> {
  let query = connection(table)
    .select(...columns)
    .groupBy(...columns)
    .havingRaw('COUNT(*) > 1');
  for (const column of columns) query = query.whereNotNull(column);
  const rows = (await query.limit(1)) as unknown[];
  return rows.length > 0;
}

function createTableSql(dialect: Dialect, table: TableDefinition): string {
  const { quote } = dialect;
  const parts = table.columns.map((column) => columnSql(dialect, column));
  parts.push(`PRIMARY KEY (${table.primaryKey.map(quote).join(',')})`);
  if (table.uniqueConstraint !== undefined) {
    const { name, column } = table.uniqueConstraint;
    parts.push(`CONSTRAINT ${quote(name)} UNIQUE (${quote(column)})`);
  }
  const suffix = dialect.tableSuffix(table.isClustered === true);
  return `CREATE TABLE ${quote(table.name)} (${parts.join(',')})${suffix}`;
}

function createIndexSql(dialect: Dialect, table: string, index: IndexDefinition): string {
  const { quote } = dialect;
  const kind = index.isUnique === true ? 'UNIQUE INDEX' : 'INDEX';
  const columns = index.columns.map(quote).join(',');
  return `CREATE ${kind} ${quote(index.name)} ON ${quote(table)}(${columns})`;
}

function columnSql(dialect: Dialect, column: ColumnDefinition): string {
  const parts = [dialect.quote(column.name), dialect.columnType(column.type)];
  if (column.notNull === true) parts.push('NOT NULL');
  if (column.default !== undefined) {
    const value =
      typeof column.default === 'string' ? dialect.quoteDefault(column.default) : column.default;
    parts.push(`DEFAULT ${String(value)}`);
  }
  return parts.join(' ');
}
