import { readNumber, readText, type Row } from '../../schema/read-column.ts';
import type { ImportSource } from './import-source.ts';
import { uniqueColumns } from './keep-unique.ts';
import { readImportRows } from './read-import-rows.ts';
import type { TargetKind } from './read-value.ts';

/**
 * Rows whose value in a unique column an older row has already. One database tells names apart that another takes for
 * the same: MySQL does not look at case.
 *
 * @returns `tokens.key` → ids
 */
export async function findDuplicates(
  source: ImportSource,
  target: TargetKind,
): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
  const duplicates = new Map<string, Set<number>>();
  for (const [table, column] of uniqueColumns) {
    if (source.columns.get(table)?.has(column) !== true) continue;
    const seen = new Set<string>();
    const ids = new Set<number>();
    for await (const rows of readImportRows(source, table)) {
      for (const row of rows) {
        const value = foldValue(row, column, target);
        if (value === undefined) continue;
        if (seen.has(value)) ids.add(readNumber(row['id']));
        seen.add(value);
      }
    }
    duplicates.set(`${table}.${column}`, ids);
  }
  return duplicates;
}

/** Undefined: no value, of which there may be many. */
function foldValue(row: Row, column: string, target: TargetKind): string | undefined {
  if (row[column] == null) return undefined;
  const text = readText(row[column]).trimEnd();
  return target === 'mysql' ? text.toLowerCase() : text;
}
