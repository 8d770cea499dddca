import type { Knex } from 'knex';
import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { Dialect } from '../../dialects/dialect.ts';
import { describeDriverError, errorCodeOf } from '../../dialects/driver-error.ts';
import type { Cell, MoveTable } from './move-column.ts';
import { advancePosition, type MovePosition } from './move-marker.ts';
import { SourceReader } from './read-source.ts';
import type { TargetDialect } from './target-dialect.ts';

/** Well below the largest packet that servers take as they are set up. */
const STATEMENT_CHARACTERS = 1_000_000;

export interface CopyDeps {
  source: SqliteDatabase;
  target: { knex: Knex; dialect: Dialect };
  targetDialect: TargetDialect;
  tables: readonly MoveTable[];
  /** Rows of a table that this run has copied up to now. */
  report(table: string, rows: number): void;
}

/**
 * Copies the rows that are not in the target yet. Each page goes in one transaction with the position behind it, so
 * that a run that is killed at any moment is continued by the next one.
 */
export async function copyRows(deps: CopyDeps, start: MovePosition): Promise<void> {
  let position = start;
  const first = deps.tables.findIndex(({ name }) => name === start.table);
  if (first === -1)
    throw new Error(`The target remembers a table that is not moved: ${start.table}.`);
  for (const table of deps.tables.slice(first)) {
    const reader = new SourceReader(deps.source, table);
    if (position.table !== table.name) {
      const next = { table: table.name, after: null };
      await advance(deps, position, next);
      position = next;
    }
    let rows = 0;
    for (
      let page = reader.read(position.after ?? undefined);
      page.lastKey;
      page = reader.read(page.lastKey)
    ) {
      const next = { table: table.name, after: page.lastKey };
      await writePage(deps, table, page.rows, { from: position, to: next, reader });
      position = next;
      rows += page.rows.length;
      deps.report(table.name, rows);
    }
  }
}

async function advance(
  { target: { knex, dialect } }: CopyDeps,
  from: MovePosition,
  to: MovePosition,
): Promise<void> {
  await dialect.inWriteTransaction(knex, (trx) => advancePosition(trx, from, to));
}

async function writePage(
  deps: CopyDeps,
  table: MoveTable,
  rows: Cell[][],
  { from, to, reader }: { from: MovePosition; to: MovePosition; reader: SourceReader },
): Promise<void> {
  const { knex, dialect } = deps.target;
  try {
    await dialect.inWriteTransaction(knex, async (trx) => {
      await advancePosition(trx, from, to); // first: another process waits, and then sees that it is late
      for (const part of splitBySize(rows)) await deps.targetDialect.insertRows(trx, table, part);
    });
  } catch (error) {
    if (dialect.isTransient(error)) {
      throw new Error(
        `The target went away or is busy: ${describeDriverError(error)}. Start the same command again: it goes on.`,
      );
    }
    if (errorCodeOf(error) === '') throw error;
    throw await explainRefusal(deps, table, rows, reader, error);
  }
}

/** Large values go in statements of their own. */
function* splitBySize(rows: readonly Cell[][]): Generator<Cell[][]> {
  let part: Cell[][] = [];
  let size = 0;
  for (const row of rows) {
    const length = row.reduce<number>((sum, cell) => sum + String(cell).length, 0);
    if (part.length > 0 && size + length > STATEMENT_CHARACTERS) {
      yield part;
      part = [];
      size = 0;
    }
    part.push(row);
    size += length;
  }
  if (part.length > 0) yield part;
}

/** Tries the rows one by one, without keeping any, until the one is found that the database refuses. */
async function explainRefusal(
  deps: CopyDeps,
  table: MoveTable,
  rows: readonly Cell[][],
  reader: SourceReader,
  refusal: unknown,
): Promise<Error> {
  const found = await findRefusedRow(deps, table, rows);
  if (found === undefined) {
    return new Error(
      `The other database refuses rows of ${table.name}: ${describeDriverError(refusal)}.`,
    );
  }
  const reason = await describeRefusal(deps, table, found.error);
  return new Error(
    `The other database refuses a row: ${table.name}, ${reader.describe(found.row)}${reason} Correct it in the source, empty the target, and start again.`,
  );
}

async function findRefusedRow(
  { target: { knex }, targetDialect }: CopyDeps,
  table: MoveTable,
  rows: readonly Cell[][],
): Promise<{ row: Cell[]; error: unknown } | undefined> {
  const trx = await knex.transaction();
  try {
    for (const row of rows) {
      try {
        await targetDialect.insertRows(trx, table, [row]);
      } catch (error) {
        return { row, error };
      }
    }
    return undefined;
  } finally {
    await trx.rollback().catch(() => undefined); // the connection may be gone with the refusal
  }
}

async function describeRefusal(
  { target: { knex, dialect }, targetDialect }: CopyDeps,
  table: MoveTable,
  error: unknown,
): Promise<string> {
  if (!dialect.isUniqueViolation(error)) return `: ${describeDriverError(error)}.`;
  const name = targetDialect.contradictedIndex(error);
  const index = (await dialect.listIndexes(knex, table.name)).find((each) => each.name === name);
  const columns = index?.columns ?? table.primaryKey;
  return `, column ${columns.join(' with ')}: another row has the same value there, or one that this database takes for the same (it may not tell upper from lower case).`;
}
