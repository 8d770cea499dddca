import { hash } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import type { MoveTable } from './move-column.ts';
import { SourceReader, type MoveProblem } from './read-source.ts';
import { TableTally, type Tally } from './table-tally.ts';

/** More than these are only counted. */
const SHOWN_PROBLEMS = 20;

export interface SourceFacts {
  tallies: ReadonlyMap<string, Tally>;
  /** Tells this source, as it is, from every other and from itself at another time. */
  digest: string;
}

/**
 * Reads the whole source once, before anything is written.
 *
 * @throws an error that lists each value that the target cannot hold, with its table, row and column
 */
export function checkSource(
  db: Database,
  tables: readonly MoveTable[],
  report: (table: string, rows: number) => void,
): SourceFacts {
  const problems: MoveProblem[] = [];
  let problemCount = 0;
  const tallies = new Map<string, Tally>();
  for (const table of tables) {
    const reader = new SourceReader(db, table);
    const tally = new TableTally(table);
    let rows = 0;
    for (let page = reader.read(undefined); page.lastKey; page = reader.read(page.lastKey)) {
      problemCount += page.problems.length;
      // A bad value has no place in a sum, and with one the sums are wanted no more.
      if (problemCount === 0) for (const row of page.rows) tally.add(row);
      problems.push(...page.problems.slice(0, SHOWN_PROBLEMS - problems.length));
      rows += page.rows.length;
      report(table.name, rows);
    }
    tallies.set(table.name, tally.read());
  }
  if (problemCount > 0) throw new Error(describeProblems(problems, problemCount));
  return { tallies, digest: hash('sha256', JSON.stringify([readMetaRows(db), ...tallies])) };
}

function readMetaRows(db: Database): unknown {
  return db.prepare('SELECT name, value FROM turnpike_meta ORDER BY name').all();
}

function describeProblems(problems: readonly MoveProblem[], count: number): string {
  const lines = problems.map(
    ({ table, row, column, reason }) => `  - ${table}, ${row}, column ${column}: ${reason}`,
  );
  const more = count - problems.length;
  return [
    `Nothing was moved: the other database cannot hold ${count === 1 ? 'one value' : `${String(count)} values`} of this one.`,
    ...lines,
    ...(more > 0 ? [`  - and ${String(more)} more`] : []),
    'Correct them in the source, and start again.',
  ].join('\n');
}
