import { oneApiTables } from '../../migrations/one-api-tables.ts';
import type { Row } from '../../schema/read-column.ts';
import type { ColumnDefinition } from '../../schema/table-definition.ts';
import type { ImportedTable, ImportRow } from './import-types.ts';
import { readValue, type TargetKind } from './read-value.ts';

/** Columns of ours in `logs` that a source may have too. */
const moreColumns: Partial<Record<ImportedTable, readonly ColumnDefinition[]>> = {
  logs: [{ name: 'token_id', type: 'integer' }],
};

/** Keys are sealed when they are written, and in a database of ours a sealed key is as long as it likes. */
const sealedColumns: ReadonlySet<string> = new Set(['tokens.key', 'channels.key', 'options.value']);

/** One API's columns of a table, which are ours too. */
export function columnsOf(table: ImportedTable): readonly ColumnDefinition[] {
  const found = oneApiTables.find(({ name }) => name === table);
  if (found === undefined) throw new Error(`no such table: ${table}`);
  return [...found.columns, ...(moreColumns[table] ?? [])];
}

/** A row of the source in our columns, as far as it has them, or why one of them cannot take its value. */
export function readImportRow(
  table: ImportedTable,
  source: Row,
  target: TargetKind,
): { row: ImportRow } | { problem: string } {
  const row: ImportRow = {};
  for (const column of columnsOf(table)) {
    if (!(column.name in source)) continue;
    const isSealed = sealedColumns.has(`${table}.${column.name}`);
    const definition: ColumnDefinition = isSealed ? { ...column, type: 'long' } : column;
    const read = readValue(source[column.name], definition, target);
    if (read.problem !== undefined) return { problem: `column ${column.name} ${read.problem}` };
    row[column.name] = read.value;
  }
  return { row };
}
