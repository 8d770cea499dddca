import { hash } from 'node:crypto';
import type { Row } from '../../schema/read-column.ts';
import { readImportRow } from './import-columns.ts';
import { findDuplicates } from './find-duplicates.ts';
import type { ImportSource } from './import-source.ts';
import { ImportTally, type TableReport } from './import-tally.ts';
import {
  importedTables,
  type ImportedTable,
  type ImportFlavour,
  type Mapped,
} from './import-types.ts';
import { newApiMapping } from './map-new-api.ts';
import { oneApiMapping } from './map-one-api.ts';
import { keyOf, readImportRows } from './read-import-rows.ts';
import type { TargetKind } from './read-value.ts';

/** More than these are only counted. */
const SHOWN_PROBLEMS = 20;

/** How the rows of this source become ours; the same for a row each time. */
export type MapSourceRow = (table: ImportedTable, row: Row) => Mapped;

export interface CheckedSource {
  map: MapSourceRow;
  reports: readonly TableReport[];
  /** Rows that cannot be stored as they are, each with its place; at most 20. */
  problems: readonly string[];
  problemCount: number;
  /** Tells this source, as it is, from every other and from itself at another time. */
  digest: string;
}

/** Reads the whole source once, before anything is written. */
export async function checkImport(
  sourceOf: (table: ImportedTable) => ImportSource | undefined,
  flavour: ImportFlavour,
  target: TargetKind,
  note: (table: string, rows: number) => void,
): Promise<CheckedSource> {
  const map = await createMapper(sourceOf('users'), flavour, target);
  const problems: string[] = [];
  const reports: TableReport[] = [];
  let problemCount = 0;
  for (const table of importedTables) {
    const source = sourceOf(table);
    if (source === undefined) continue;
    const tally = new ImportTally(table);
    let rows = 0;
    for await (const page of readImportRows(source, table)) {
      for (const row of page) {
        const mapped = map(table, row);
        tally.add(mapped);
        if (!('problem' in mapped)) continue;
        problemCount += 1;
        if (problems.length < SHOWN_PROBLEMS)
          problems.push(`${table}, ${String(keyOf(table, row))}: ${mapped.problem}`);
      }
      rows += page.length;
      note(table, rows);
    }
    reports.push(tally.read());
  }
  const digest = hash('sha256', JSON.stringify([flavour, reports]));
  return { map, reports, problems, problemCount, digest };
}

async function createMapper(
  source: ImportSource | undefined,
  flavour: ImportFlavour,
  target: TargetKind,
): Promise<MapSourceRow> {
  const mapping = flavour === 'one-api' ? oneApiMapping : newApiMapping;
  const duplicates = source === undefined ? new Map() : await findDuplicates(source, target);
  return (table, row) => {
    const read = readImportRow(table, row, target);
    return 'problem' in read ? read : mapping[table](read.row, row, { duplicates });
  };
}
