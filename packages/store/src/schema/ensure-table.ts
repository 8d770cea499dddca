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
  const added = columns
    .filter(({ name }) => !(name in present))
    .map((column) => `ADD COLUMN ${columnSql(dialect, column)}`);
  if (added.length === 0) return;
  const changes = dialect.addsColumnsTogether ? [added.join(', ')] : added;
  for (const change of changes)
    await connection.raw(`ALTER TABLE ${dialect.quote(table)} ${change}`);
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

/**
 * Adds indexes (not unique ones) that the table lacks, and removes others, in as few passes over its rows as the database
 * can.
 *
 * @param raw definitions that only the dialect can write, by name
 */
export async function replaceIndexes(
  { connection, dialect }: SchemaContext,
  table: string,
  change: {
    add: readonly IndexDefinition[];
    raw: Readonly<Record<string, string>>;
    remove: readonly string[];
  },
): Promise<void> {
  const present = new Set((await dialect.listIndexes(connection, table)).map(({ name }) => name));
  const added = [
    ...change.add.map((index) => ({ name: index.name, columns: columnsSql(dialect, index) })),
    ...Object.entries(change.raw).map(([name, columns]) => ({ name, columns })),
  ].filter(({ name }) => !present.has(name));
  const removed = change.remove.filter((name) => present.has(name));
  for (const statement of dialect.changeIndexesSql(table, added, removed))
    await connection.raw(statement);
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
  return `CREATE ${kind} ${quote(index.name)} ON ${quote(table)}(${columnsSql(dialect, index)})`;
}

function columnsSql({ quote }: Dialect, { columns }: IndexDefinition): string {
  return columns.map(quote).join(',');
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
