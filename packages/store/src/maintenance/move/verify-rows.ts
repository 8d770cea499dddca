import type { Knex } from 'knex';
import type { Dialect } from '../../dialects/dialect.ts';
import type { Row } from '../../schema/read-column.ts';
import type { Cell, MoveColumn, MoveTable } from './move-column.ts';
import { TableTally, type Tally } from './table-tally.ts';
import type { TargetDialect } from './target-dialect.ts';

const PAGE_ROWS = 2000;

/** What a table of the target holds, read back from it row by row. */
export async function tallyTarget(
  { knex, dialect }: { knex: Knex; dialect: Dialect },
  targetDialect: TargetDialect,
  table: MoveTable,
  report: (table: string, rows: number) => void,
): Promise<Tally> {
  const tally = new TableTally(table);
  const columns = table.columns.map((column) =>
    isInteger(column)
      ? knex.raw(targetDialect.integerAsText(column.name))
      : knex.raw(dialect.quote(column.name)),
  );
  let after: readonly Cell[] | undefined;
  let rows = 0;
  do {
    const query = knex(table.name).select(columns).limit(PAGE_ROWS);
    if (after !== undefined) addAfter(query, table.primaryKey, after);
    // Qualified: the plain name would mean the text that an integer is read as.
    for (const key of table.primaryKey) query.orderBy(`${table.name}.${key}`);
    const page = (await query) as Row[];
    const cells = page.map((row) => table.columns.map((column) => readCell(row, column)));
    for (const each of cells) tally.add(each);
    const last = page.at(-1);
    after =
      page.length < PAGE_ROWS ? undefined : table.primaryKey.map((key) => last?.[key] as Cell);
    rows += page.length;
    if (page.length > 0) report(table.name, rows);
  } while (after !== undefined);
  return tally.read();
}

/** Rows behind a key. Written out, and led by its first column alone, so that every database finds them by its index. */
function addAfter(
  query: Knex.QueryBuilder,
  primaryKey: readonly string[],
  after: readonly Cell[],
): void {
  const [first = ''] = primaryKey;
  query.where(first, '>=', after[0] ?? null).where((either) => {
    for (const [index, key] of primaryKey.entries()) {
      void either.orWhere((all) => {
        for (const [position, equal] of primaryKey.slice(0, index).entries())
          void all.where(equal, after[position] ?? null);
        void all.where(key, '>', after[index] ?? null);
      });
    }
  });
}

function readCell(row: Row, column: MoveColumn): Cell {
  const value = row[column.name];
  if (value == null) return null;
  switch (column.kind) {
    case 'integer':
    case 'unsigned':
      return String(value);
    case 'boolean':
      return value === true || value === 1;
    case 'float':
      return Number(value);
    case 'text':
      return column.isPadded ? String(value).replace(/ +$/, '') : String(value);
  }
}

function isInteger({ kind }: MoveColumn): boolean {
  return kind === 'integer' || kind === 'unsigned';
}

/** What differs, for a person; empty where nothing does. */
export function compareTallies(table: string, source: Tally, target: Tally): string[] {
  if (source.rows !== target.rows)
    return [
      `${table}: ${String(source.rows)} rows in the source, ${String(target.rows)} in the target`,
    ];
  const sums = Object.keys(source.sums)
    .filter((column) => source.sums[column] !== target.sums[column])
    .map(
      (column) =>
        `${table}: Σ ${column} is ${source.sums[column] ?? ''} in the source, ${target.sums[column] ?? ''} in the target`,
    );
  if (source.keys !== target.keys) return [...sums, `${table}: the keys differ`];
  if (sums.length === 0 && source.contents !== target.contents)
    return [`${table}: the contents differ`];
  return sums;
}
