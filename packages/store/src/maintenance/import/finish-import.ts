import type { Knex } from 'knex';
import { verifyLedger } from '../../ledger/verify-ledger.ts';
import { writeOpeningEntries } from '../../ledger/opening-entries.ts';
import { rebuildAbilities } from '../../repositories/abilities.ts';
import { bumpConfigVersion } from '../../repositories/config-version.ts';
import { readNumber, readText, type Row } from '../../schema/read-column.ts';
import { writeImportMarker } from './import-marker.ts';
import { keyColumnOf } from './read-import-rows.ts';
import type { ImportTarget } from './import-target.ts';
import { summedColumns, type TableReport } from './import-tally.ts';
import { importedTables } from './import-types.ts';

/** What follows from the rows: routes of channels, the ledger's beginnings, the next ids. Again, it does nothing new. */
export async function completeRows(target: ImportTarget, now: number): Promise<void> {
  const { knex, dialect } = target.main;
  const channels = (await knex('channels').select('id').orderBy('id')) as { id: number }[];
  for (const { id } of channels)
    await dialect.inWriteTransaction(knex, (trx) => rebuildAbilities(trx, id));
  await dialect.inWriteTransaction(knex, (trx) => writeOpeningEntries(trx, now));
  for (const table of importedTables) {
    const database = target.databaseOf(table);
    if (keyColumnOf(table) === 'id') await database.dialect.resetIdSequence(database.knex, table);
  }
}

/**
 * Counts and adds up what is in the target, and compares it with what was read from the source.
 *
 * @throws an error that lists every difference
 */
export async function verifyImport(
  target: ImportTarget,
  reports: readonly TableReport[],
): Promise<void> {
  const differences: string[] = [];
  for (const { table, imported, sums } of reports) {
    const { knex } = target.databaseOf(table);
    const found = await readSums(knex, table);
    if (found.rows !== imported)
      differences.push(`${table}: ${String(imported)} rows expected, ${String(found.rows)} found`);
    for (const [column, sum] of Object.entries(sums))
      if (found.sums[column] !== sum)
        differences.push(
          `${table}: Σ ${column} should be ${sum}, is ${found.sums[column] ?? 'missing'}`,
        );
  }
  const { mismatches } = await verifyLedger(target.main.knex, undefined);
  for (const { account, balance, expected } of mismatches.slice(0, 5))
    differences.push(
      `the ledger: ${account.kind} ${String(account.id)} has ${String(balance)}, expected ${String(expected)}`,
    );
  if (differences.length === 0) return;
  throw new Error(
    [
      'The target is not what was read from the source:',
      ...differences.map((line) => `  - ${line}`),
      'Nobody else may write to it meanwhile. Begin with an empty one.',
    ].join('\n'),
  );
}

async function readSums(
  knex: Knex,
  table: TableReport['table'],
): Promise<{ rows: number; sums: Record<string, string> }> {
  const columns = summedColumns[table];
  // As text: a sum may be larger than a number is exact.
  const parts = columns.map((column) =>
    knex.raw('CAST(COALESCE(SUM(??), 0) AS char(40)) AS ??', [column, column]),
  );
  const query: Knex.QueryBuilder = knex(table).select(knex.raw('COUNT(*) AS total_rows'), ...parts);
  const [row] = (await query) as Row[];
  const sums = columns.map((column): [string, string] => [column, readText(row?.[column]).trim()]);
  return { rows: readNumber(row?.['total_rows']), sums: Object.fromEntries(sums) };
}

/** Opens the target for use. */
export async function markImported({ main }: ImportTarget, source: string): Promise<void> {
  await main.dialect.inWriteTransaction(main.knex, async (trx) => {
    await writeImportMarker(trx, { state: 'done', source });
    await bumpConfigVersion(trx);
  });
}
