import type { LogFilter } from '@turnpike/core';
import type { Knex } from 'knex';

/** From the id to the log row, which is written at the end: longer than any stream may take. */
const LONGEST_REQUEST_SECONDS = 6 * 3600;

/** Column → value, those with an index that leaves the fewest rows first. */
export function equalitiesOf(filter: LogFilter): [column: string, value: string | number][] {
  const columns: [string, string | number | undefined][] = [
    ['request_id', filter.requestId],
    ['user_id', filter.userId],
    ['username', filter.username],
    ['token_name', filter.tokenName],
    ['channel_id', filter.channel],
    ['model_name', filter.modelName],
    ['type', filter.type === 0 ? undefined : filter.type], // 0 asks for every type, as in One API
    ['token_id', filter.apiTokenId],
  ];
  return columns.flatMap(([column, value]): [string, string | number][] =>
    value === undefined ? [] : [[column, value]],
  );
}

/** The log rows of a filter. */
export function filterLogs(reader: Knex, filter: LogFilter): Knex.QueryBuilder {
  return whereTime(reader('logs').where(Object.fromEntries(equalitiesOf(filter))), filter);
}

export function whereTime(query: Knex.QueryBuilder, filter: LogFilter): Knex.QueryBuilder {
  if (filter.startTimestamp) void query.where('created_at', '>=', filter.startTimestamp);
  if (filter.endTimestamp) void query.where('created_at', '<=', filter.endTimestamp);
  const began = filter.requestId === undefined ? undefined : readIdTime(filter.requestId);
  if (began !== undefined)
    void query.whereBetween('created_at', [began - 60, began + LONGEST_REQUEST_SECONDS]);
  return query;
}

/** The column that "newest" goes by. Every index but the primary key is in the order of time. */
export function newestColumnOf(filter: LogFilter): 'id' | 'created_at' {
  const isWhole =
    equalitiesOf(filter).length === 0 && !filter.startTimestamp && !filter.endTimestamp;
  return isWhole ? 'id' : 'created_at';
}

/** Unix seconds out of a time-ordered id (UUIDv7); undefined for other ids, such as One API's. */
function readIdTime(requestId: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(requestId);
  return match === null
    ? undefined
    : Math.floor(parseInt(`${match[1] ?? ''}${match[2] ?? ''}`, 16) / 1000);
}
