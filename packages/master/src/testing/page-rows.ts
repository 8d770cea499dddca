import type { Page, PageQuery } from '@turnpike/core';

/** A page of rows in memory; the cursor is simply a number of rows. */
export function pageRows<Row extends { id: number }>(
  rows: readonly Row[],
  query: PageQuery<string>,
): Page<Row> {
  const key = query.sort.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());
  const sign = query.direction === 'asc' ? 1 : -1;
  const rank = (row: Row) => (row as unknown as Record<string, number | string>)[key] ?? 0;
  const sorted = rows.toSorted(
    (a, b) => sign * (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : a.id - b.id),
  );
  const start = query.cursor === undefined ? query.offset : Number(query.cursor);
  const end = start + query.limit;
  return {
    rows: sorted.slice(start, end),
    ...(query.cursor === undefined && { total: { count: rows.length, isCapped: false } }),
    ...(end < rows.length && { nextCursor: String(end) }),
  };
}
