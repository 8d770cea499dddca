import type { LogFilter } from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { readNumber, type Row } from '../schema/read-column.ts';
import { filterLogs } from './log-filter.ts';

/**
 * The newest rows whose type is the keyword, or whose content begins with it. Two questions, because each has an index
 * and both together have none.
 */
export async function searchLogs(
  { reader, dialect }: { reader: Knex; dialect: Dialect },
  keyword: string,
  filter: LogFilter,
  limit: number,
): Promise<readonly Row[]> {
  const { sql, bindings } = dialect.contentBeginsWith(keyword);
  const byContent = filterLogs(reader, filter);
  if (keyword !== '') void byContent.whereRaw(`(${sql})`, bindings);
  const found = (await byContent.orderBy('id', 'desc').limit(limit)) as Row[];
  if (!/^[1-9]\d{0,8}$/.test(keyword)) return found;

  const byType = (await filterLogs(reader, { ...filter, type: Number(keyword) })
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)) as Row[];
  const rows = new Map([...found, ...byType].map((row) => [readNumber(row['id']), row]));
  return [...rows]
    .sort(([a], [b]) => b - a)
    .slice(0, limit)
    .map(([, row]) => row);
}
