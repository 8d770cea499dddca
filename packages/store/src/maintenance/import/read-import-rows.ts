import { readNumber, readText, type Row } from '../../schema/read-column.ts';
import type { ImportSource } from './import-source.ts';
import type { ImportedTable } from './import-types.ts';

const PAGE_ROWS = 1000;

/** Key of a row: an id, or the name of an option. */
export type ImportKey = number | string;

export function keyColumnOf(table: ImportedTable): 'id' | 'key' {
  return table === 'options' ? 'key' : 'id';
}

export function keyOf(table: ImportedTable, row: Row): ImportKey {
  return table === 'options' ? readText(row['key']) : readNumber(row['id']);
}

/** The rows of a table behind a key, a page at a time, in the order of their keys; none where there is no such table. */
export async function* readImportRows(
  source: ImportSource,
  table: ImportedTable,
  after?: ImportKey,
): AsyncGenerator<readonly Row[]> {
  if (!source.columns.has(table)) return;
  const column = keyColumnOf(table);
  for (let last = after; ;) {
    const query = source.knex(table).orderBy(column).limit(PAGE_ROWS);
    if (last !== undefined) void query.where(column, '>', last);
    const rows = (await query) as Row[];
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows;
    if (rows.length < PAGE_ROWS) return;
    last = keyOf(table, end);
  }
}
