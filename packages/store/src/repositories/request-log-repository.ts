import {
  logTypes,
  type Clock,
  type LogFilter,
  type RequestLogRepository,
  type RequestLogRow,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { countLogs } from '../logs/count-logs.ts';
import { filterLogs, newestColumnOf } from '../logs/log-filter.ts';
import { toFailedLogRow, toLogRow, toRequestLogRow } from '../logs/log-columns.ts';
import { removeOldLogs } from '../logs/remove-old-logs.ts';
import { searchLogs } from '../logs/search-logs.ts';
import { readCount, readSum } from '../schema/read-aggregate.ts';
import { readPage } from '../schema/read-page.ts';
import type { Row } from '../schema/read-column.ts';

export interface RequestLogRepositoryDeps {
  /** The database of the log rows. */
  logs: { knex: Knex; dialect: Dialect };
  /** The main database, which remembers what was cleared away. */
  main: Knex;
  /** For what reads much: on SQLite a connection that does not hold up the event loop. */
  reader: Knex;
  clock: Clock;
}

const ROWS_AT_ONCE = 100;
const PORTION_ROWS = 500;

/** Requests, top-ups and management, as users and administrators read them. */
export function createRequestLogRepository(deps: RequestLogRepositoryDeps): RequestLogRepository {
  const { logs, reader, clock } = deps;
  const { knex, dialect } = logs;
  return {
    async list(filter, { offset, limit }) {
      const rows = filterLogs(reader, filter).offset(offset).limit(limit);
      const newest = newestColumnOf(filter);
      if (newest === 'created_at') void rows.orderBy('created_at', 'desc');
      return ((await rows.orderBy('id', 'desc')) as Row[]).map(toRequestLogRow);
    },

    async page(filter, query) {
      const sort = query.sort === 'newest' ? newestColumnOf(filter) : query.sort;
      const page = await readPage(
        {
          knex: reader,
          rows: filterLogs(reader, filter),
          key: { sql: sort, kind: 'integer' },
          count: () => countLogs(reader, filter),
        },
        { ...query, sort },
      );
      return { ...page, rows: page.rows.map(toRequestLogRow) };
    },

    read: (filter) => readPortions(reader, filter),

    sumQuota: (filter) =>
      readSum(filterLogs(reader, { ...filter, type: logTypes.consume }), 'quota'),

    async countLastMinute(filter) {
      const startTimestamp = Math.floor(clock.now() / 1000) - 60;
      const { endTimestamp: _, ...rest } = { ...filter, startTimestamp, type: logTypes.consume };
      const rows = filterLogs(reader, rest);
      const [requests, input, output] = await Promise.all([
        readCount(rows.clone()),
        readSum(rows.clone(), 'prompt_tokens'),
        readSum(rows, 'completion_tokens'),
      ]);
      return { requests, tokens: input + output };
    },

    async search(keyword, filter, { offset, limit }) {
      if (limit === 0) return [];
      const rows = await searchLogs({ reader, dialect }, keyword, filter, offset + limit);
      return rows.slice(offset).map(toRequestLogRow);
    },

    removeBefore: (timestamp, signal) =>
      removeOldLogs({ main: deps.main, logs: knex }, timestamp, signal),

    async add(row) {
      await knex('logs').insert(toLogRow(row, clock));
    },

    async addFailed(requests) {
      const rows = requests.map((request) => toFailedLogRow(request, clock));
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        await knex('logs').insert(rows.slice(start, start + ROWS_AT_ONCE));
      }
    },
  };
}

/** By the place of the last row, so that the last portion costs what the first one does. */
async function* readPortions(
  reader: Knex,
  filter: LogFilter,
): AsyncGenerator<readonly RequestLogRow[]> {
  const column = newestColumnOf(filter);
  for (let last: RequestLogRow | undefined; ;) {
    const query = filterLogs(reader, filter).limit(PORTION_ROWS);
    if (column === 'created_at') void query.orderBy('created_at', 'desc');
    void query.orderBy('id', 'desc');
    if (last !== undefined) whereOlder(query, column, last);
    const rows = ((await query) as Row[]).map(toRequestLogRow);
    if (rows.length > 0) yield rows;
    if (rows.length < PORTION_ROWS) return;
    last = rows.at(-1);
  }
}

function whereOlder(
  query: Knex.QueryBuilder,
  column: 'id' | 'created_at',
  { id, created_at: at }: RequestLogRow,
): void {
  if (column === 'id') void query.where('id', '<', id);
  else void query.where('created_at', '<=', at).whereRaw('(created_at < ? OR id < ?)', [at, id]);
}
