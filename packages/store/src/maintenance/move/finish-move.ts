import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { Knex } from 'knex';
import { verifyLedger } from '../../ledger/verify-ledger.ts';
import type { MoveTable } from './move-column.ts';
import { writeMarker, type MoveMarker } from './move-marker.ts';
import type { MoveTarget } from './move-target.ts';
import type { Tally } from './table-tally.ts';
import { compareTallies, tallyTarget } from './verify-rows.ts';

/** Facts of SQLite that sequences take the place of. */
const RETIRED_PREFIX = 'highest-retired-id:';

/** Lets generated ids begin behind every id that was ever given out in the source. */
export async function setNextIds(
  source: SqliteDatabase,
  { database, dialect }: MoveTarget,
  tables: readonly MoveTable[],
): Promise<void> {
  for (const { name, primaryKey, columns } of tables) {
    const isGenerated =
      primaryKey.join() === 'id' &&
      columns.some((each) => each.name === 'id' && each.kind !== 'text');
    const highest = isGenerated ? readHighestId(source, name) : 0n;
    if (highest > 0n) await dialect.setNextId(database.knex, name, highest);
  }
}

function readHighestId(source: SqliteDatabase, table: string): bigint {
  const ids = [
    source.prepare(`SELECT MAX(id) FROM "${table}"`).pluck().safeIntegers().get(),
    source
      .prepare('SELECT CAST(value AS integer) FROM turnpike_meta WHERE name = ?')
      .pluck()
      .safeIntegers()
      .get(RETIRED_PREFIX + table),
    readSqliteSequence(source, table),
  ];
  return ids
    .filter((id) => typeof id === 'bigint')
    .reduce((highest, id) => (id > highest ? id : highest), 0n);
}

/** The counter of tables with AUTOINCREMENT, as some versions of One API made them. */
function readSqliteSequence(source: SqliteDatabase, table: string): unknown {
  const isThere = source
    .prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'")
    .get();
  if (isThere === undefined) return undefined;
  return source
    .prepare('SELECT seq FROM sqlite_sequence WHERE name = ?')
    .pluck()
    .safeIntegers()
    .get(table);
}

/**
 * Reads the target back and compares it with the source.
 *
 * @throws an error that lists every table that differs
 */
export async function verifyTarget(
  target: MoveTarget,
  tables: readonly MoveTable[],
  tallies: ReadonlyMap<string, Tally>,
  report: (table: string, rows: number) => void,
): Promise<void> {
  const differences: string[] = [];
  for (const table of tables) {
    const found = await tallyTarget(target.database, target.dialect, table, report);
    const expected = tallies.get(table.name);
    if (expected !== undefined) differences.push(...compareTallies(table.name, expected, found));
  }
  if (differences.length === 0) return;
  throw new Error(
    ['The target is not what the source is:', ...differences.map((line) => `  - ${line}`)].join(
      '\n',
    ) + '\nNobody else may write to it meanwhile. Empty it, and start again.',
  );
}

/** @throws when a balance is not the sum of its entries minus its usage */
export async function requireSoundLedger(knex: Knex, where: 'source' | 'target'): Promise<void> {
  const { mismatches } = await verifyLedger(knex, undefined);
  const [first] = mismatches;
  if (first === undefined) return;
  const { account, balance, expected } = first;
  throw new Error(
    `The ledger of the ${where} is not sound: ${account.kind} ${String(account.id)} has ${String(balance)}, expected ${String(expected)}${mismatches.length > 1 ? `, and ${String(mismatches.length - 1)} more` : ''}. See turnpike verify-ledger; book-external-changes takes over what another program changed.`,
  );
}

/** Takes over what the source remembers about itself, and opens the target for use: all at once. */
export async function completeMove(
  source: SqliteDatabase,
  { database: { knex, dialect } }: MoveTarget,
  marker: MoveMarker,
): Promise<void> {
  const facts = source
    .prepare<[], { name: string; value: string }>('SELECT name, value FROM turnpike_meta')
    .all()
    .filter(({ name }) => !name.startsWith(RETIRED_PREFIX) && !name.startsWith('move'));
  await dialect.inWriteTransaction(knex, async (trx) => {
    await trx('turnpike_meta').whereNot({ name: 'move' }).delete();
    await trx('turnpike_meta').insert(facts);
    await writeMarker(trx, marker);
  });
}
