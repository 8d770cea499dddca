import type { LogFilter } from '@turnpike/core';
import type { Knex } from 'knex';
import { readNumber, type Row } from '../schema/read-column.ts';
import { MOST_COUNTED } from '../schema/read-page.ts';
import { equalitiesOf, newestColumnOf, whereTime } from './log-filter.ts';

/** Rows of the leading filter that are looked at for the others: about a tenth of a second. */
const MOST_LOOKED_AT = 20_000;

/**
 * How many rows a filter finds. What one column and the time leave is counted in its index. The other conditions are
 * looked at on the newest of those rows only; where there were more, the count is marked as capped.
 */
export async function countLogs(
  reader: Knex,
  filter: LogFilter,
): Promise<{ count: number; isCapped: boolean }> {
  const [lead, ...others] = equalitiesOf(filter);
  const limit = others.length === 0 ? MOST_COUNTED : MOST_LOOKED_AT;
  const rows = whereTime(reader('logs'), filter)
    .select('id', ...others.map(([column]) => column))
    .limit(limit);
  if (lead !== undefined) void rows.where({ [lead[0]]: lead[1] });
  // In the order of the index, or a database that expects many rows reads the table from its beginning.
  const newest = newestColumnOf(filter);
  if (newest === 'created_at') void rows.orderBy('created_at', 'desc');
  void rows.orderBy('id', 'desc');

  const matches = others.map(([column]) => `${column} = ?`).join(' AND ') || '1 = 1';
  const query: Knex.QueryBuilder = reader
    .from(rows.as('looked_at'))
    .select(reader.raw('COUNT(*) AS seen'))
    .select(
      reader.raw(
        `COALESCE(SUM(CASE WHEN ${matches} THEN 1 ELSE 0 END), 0) AS found`,
        others.map(([, value]) => value),
      ),
    );
  const [row] = (await query) as Row[];
  const found = readNumber(row?.['found']);
  const isCapped = readNumber(row?.['seen']) === limit || found >= MOST_COUNTED;
  return { count: Math.min(found, MOST_COUNTED), isCapped };
}
