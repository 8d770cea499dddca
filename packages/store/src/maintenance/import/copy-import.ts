import type { Row } from '../../schema/read-column.ts';
import type { Database } from '../../connect.ts';
import { describeDriverError, errorCodeOf } from '../../dialects/driver-error.ts';
import type { MapSourceRow } from './check-import.ts';
import { advanceImport, readImportPosition, type ImportPosition } from './import-marker.ts';
import type { ImportSource } from './import-source.ts';
import type { ImportTarget } from './import-target.ts';
import { importedTables, type ImportedTable, type ImportRow } from './import-types.ts';
import { keyOf, readImportRows } from './read-import-rows.ts';
import { sealRow, type Sealing } from './seal-row.ts';

/** Few enough for the bound values of one statement, which SQLite and PostgreSQL limit. */
const ROWS_AT_ONCE = 500;

export interface CopyImportDeps {
  sourceOf: (table: ImportedTable) => ImportSource | undefined;
  target: ImportTarget;
  map: MapSourceRow;
  sealing: Sealing;
  note: (table: string, rows: number) => void;
}

/**
 * Copies the rows that are not in the target yet. Each page goes in one transaction with the position behind it, so that
 * a run that is killed at any moment is continued by the next one.
 */
export async function copyImport(deps: CopyImportDeps): Promise<void> {
  for (const table of importedTables) {
    const source = deps.sourceOf(table);
    if (source !== undefined) await copyTable(deps, table, source);
  }
}

async function copyTable(
  deps: CopyImportDeps,
  table: ImportedTable,
  source: ImportSource,
): Promise<void> {
  const database = deps.target.databaseOf(table);
  let position = await readImportPosition(database.knex);
  let rows = 0;
  for await (const page of readImportRows(source, table, position[table])) {
    const last = page.at(-1);
    if (last === undefined) return;
    const next = { ...position, [table]: keyOf(table, last) };
    await writePage(database, table, toRows(deps, table, page), { from: position, to: next });
    position = next;
    rows += page.length;
    deps.note(table, rows);
  }
}

function toRows(
  { map, sealing }: CopyImportDeps,
  table: ImportedTable,
  page: readonly Row[],
): ImportRow[] {
  return page.flatMap((source) => {
    const mapped = map(table, source);
    return 'row' in mapped ? [sealRow(table, mapped.row, sealing)] : [];
  });
}

async function writePage(
  { knex, dialect }: Database,
  table: ImportedTable,
  rows: readonly ImportRow[],
  { from, to }: { from: ImportPosition; to: ImportPosition },
): Promise<void> {
  try {
    await dialect.inWriteTransaction(knex, async (trx) => {
      await advanceImport(trx, from, to); // first: another process waits, and then sees that it is late
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
        await trx(table).insert(rows.slice(start, start + ROWS_AT_ONCE));
    });
  } catch (error) {
    if (errorCodeOf(error) === '') throw error;
    const advice = dialect.isTransient(error)
      ? 'Start the same command again: it goes on.'
      : 'Correct it in the source, and start the same command again.';
    throw new Error(
      `Rows of ${table} could not be written: ${describeDriverError(error)}. ${advice}`,
    );
  }
}
