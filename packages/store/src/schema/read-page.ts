import { managementErrors, type Page, type PageQuery } from '@turnpike/core';
import type { Knex } from 'knex';
import { readCount } from './read-aggregate.ts';
import { readNumber, readText, type Row } from './read-column.ts';

/** Nobody leafs further, and counting millions of rows for each page would be slow. */
const MOST_COUNTED = 10_001;

/** What a list is sorted by. */
export interface SortKey {
  /** An SQL expression that is never NULL; quoted where it must be. */
  sql: string;
  kind: 'integer' | 'decimal' | 'text';
}

export interface PageSource {
  knex: Knex;
  /** The rows of the list: filtered, neither sorted nor limited. They have an `id`, which decides between equals. */
  rows: Knex.QueryBuilder;
  key: SortKey;
}

/**
 * One page of any list. By offset for the first pages, which also count the rows; by cursor for what lies beyond: it
 * holds the place of the last row, so that a page costs the same wherever it is, and rows that come or go meanwhile
 * shift nothing.
 *
 * @throws `invalid_parameter` for a cursor that this list did not give out
 */
export async function readPage(
  { knex, rows, key }: PageSource,
  query: PageQuery<string>,
): Promise<Page<Row>> {
  const select = rows
    .clone()
    .select('*', knex.raw(`${key.sql} AS page_key`))
    .orderByRaw(`${key.sql} ${query.direction}, id ${query.direction}`)
    .limit(query.limit + 1);
  const total =
    query.cursor === undefined ? { total: await countRows(knex, rows.clone()) } : undefined;
  if (query.cursor === undefined) void select.offset(query.offset);
  else beginBehind(select, key, query, readCursor(query.cursor, key, query));

  const found = (await select) as Row[];
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    rows: page,
    ...total,
    ...(found.length > page.length && last && { nextCursor: writeCursor(last, key, query) }),
  };
}

async function countRows(
  knex: Knex,
  rows: Knex.QueryBuilder,
): Promise<{ count: number; isCapped: boolean }> {
  const some = rows.select('id').limit(MOST_COUNTED).as('some');
  const count = await readCount(knex.from(some));
  return { count, isCapped: count === MOST_COUNTED };
}

interface Place {
  value: number | string;
  id: number;
}

function beginBehind(
  select: Knex.QueryBuilder,
  { sql }: SortKey,
  { direction }: PageQuery<string>,
  { value, id }: Place,
): void {
  const beyond = direction === 'asc' ? '>' : '<';
  void select.whereRaw(`(${sql} ${beyond} ? OR (${sql} = ? AND id ${beyond} ?))`, [
    value,
    value,
    id,
  ]);
}

function writeCursor(row: Row, { kind }: SortKey, { sort, direction }: PageQuery<string>): string {
  const value = kind === 'text' ? readText(row['page_key']) : readNumber(row['page_key']);
  const place = [sort, direction, value, readNumber(row['id'])];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readCursor(cursor: string, { kind }: SortKey, query: PageQuery<string>): Place {
  const parts = parse(Buffer.from(cursor, 'base64url').toString());
  const [sort, direction, value, id] = Array.isArray(parts) ? (parts as unknown[]) : [];
  const isOfThisList = sort === query.sort && direction === query.direction;
  if (!isOfThisList || !isKeyValue(value, kind) || !isKeyValue(id, 'integer'))
    throw managementErrors.invalidParameter({
      param: 'cursor',
      reason: "'cursor' must be one that this list gave out, with the same 'sort' and 'direction'",
      reasonZh: "'cursor' 必须来自该列表的上一页，且 'sort' 与 'direction' 相同",
    });
  return { value, id: Number(id) };
}

function isKeyValue(value: unknown, kind: SortKey['kind']): value is number | string {
  if (kind === 'text') return typeof value === 'string' && !value.includes('\0');
  return kind === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // refused above
  }
}
