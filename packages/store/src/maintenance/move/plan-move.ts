import type { Knex } from 'knex';
import type { Database as SqliteDatabase } from 'better-sqlite3';
import type { Dialect } from '../../dialects/dialect.ts';
import { migrations } from '../../migrations/index.ts';
import type { MoveTable } from './move-column.ts';
import type { TargetDialect } from './target-dialect.ts';

/** Kept by each database for itself. */
const OWN_TABLES: ReadonlySet<string> = new Set(['turnpike_meta', 'turnpike_migrations']);

export interface MovePlan {
  /** In the order in which they are copied. */
  tables: readonly MoveTable[];
  /** What the source has and this version does not know: `table` or `table.column`. */
  leftBehind: readonly string[];
}

/**
 * Which tables and columns go from the source into the target, which has the schema of this version.
 *
 * @throws when the source lacks one of them
 */
export async function planMove(
  source: SqliteDatabase,
  target: { knex: Knex; dialect: Dialect },
  targetDialect: TargetDialect,
): Promise<MovePlan> {
  const present = readSourceSchema(source);
  const columns = await targetDialect.listColumns(target.knex);
  const names = (await targetDialect.listTables(target.knex)).filter(
    (name) => !OWN_TABLES.has(name),
  );
  const tables = names.map((name): MoveTable => {
    const found = present.get(name);
    const own = columns.filter(({ tableName }) => tableName === name);
    const missing = own.find((column) => found?.columns.includes(column.name) !== true);
    if (found === undefined || missing !== undefined) {
      throw new Error(
        `The source lacks ${missing === undefined ? name : `${name}.${missing.name}`}: its schema is not that of this version.`,
      );
    }
    return { name, columns: own, primaryKey: found.primaryKey };
  });
  return { tables, leftBehind: findUnknown(present, tables) };
}

/** @throws when the source was last opened by another version */
export function requireSameVersion(source: SqliteDatabase): void {
  const applied = readSourceSchema(source).has('turnpike_migrations')
    ? source.prepare<[], string>('SELECT name FROM turnpike_migrations').pluck().all()
    : [];
  const known = new Set(migrations.map(({ name }) => name));
  if (applied.some((name) => !known.has(name))) {
    throw new Error('The source was opened by a newer version of Turnpike: move it with that one.');
  }
  if (applied.length < known.size) {
    throw new Error(
      'The source does not have the schema of this version yet. Run turnpike migrate first, or start the gateway once.',
    );
  }
}

interface SourceTable {
  columns: string[];
  primaryKey: string[];
}

function readSourceSchema(source: SqliteDatabase): Map<string, SourceTable> {
  const rows = source
    .prepare<[], { table: string; column: string; position: number }>(
      `SELECT t.name AS "table", c.name AS "column", c.pk AS position
         FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite!_%' ESCAPE '!'
        ORDER BY t.name, c.pk, c.cid`,
    )
    .all();
  const tables = new Map<string, SourceTable>();
  for (const { table, column, position } of rows) {
    const found = tables.get(table) ?? { columns: [], primaryKey: [] };
    found.columns.push(column);
    if (position > 0) found.primaryKey.push(column);
    tables.set(table, found);
  }
  return tables;
}

function findUnknown(
  present: ReadonlyMap<string, SourceTable>,
  tables: readonly MoveTable[],
): string[] {
  return [...present].flatMap(([name, { columns }]) => {
    if (OWN_TABLES.has(name)) return [];
    const table = tables.find((each) => each.name === name);
    if (table === undefined) return [name];
    const known = new Set(table.columns.map((column) => column.name));
    return columns.filter((column) => !known.has(column)).map((column) => `${name}.${column}`);
  });
}
