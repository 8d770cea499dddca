import {
  logTypes,
  type Clock,
  type DayStatRow,
  type LogFilter,
  type RequestLogRepository,
  type RequestLogRow,
} from '@turnpike/core';
import type { Knex } from 'knex';
import type { Dialect } from '../dialects/dialect.ts';
import { STRING_LENGTH, type LogRow } from '../ledger/log-row.ts';
import { clipText } from '../schema/clip-text.ts';
import { likePrefix } from '../schema/like-prefix.ts';
import { readMeta, writeMeta } from '../schema/meta.ts';
import { readSum } from '../schema/read-aggregate.ts';
import { readBoolean, readNumber, readText, type Row } from '../schema/read-column.ts';

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
const REMOVED_AT_ONCE = 2000;

/** Requests, top-ups and management, as users and administrators read them. */
export function createRequestLogRepository(deps: RequestLogRepositoryDeps): RequestLogRepository {
  const { logs, reader } = deps;
  const { knex, dialect } = logs;
  return {
    async list(filter, { offset, limit }) {
      const rows = (await filtered(reader, filter)
        .orderBy('id', 'desc')
        .offset(offset)
        .limit(limit)) as Row[];
      return rows.map(toRequestLogRow);
    },

    sumQuota: (filter) => readSum(filtered(reader, { ...filter, type: logTypes.consume }), 'quota'),

    async search(keyword, filter, limit) {
      const query = filtered(reader, filter).where((any) => {
        void any.whereRaw("content LIKE ? ESCAPE '!'", [likePrefix(keyword)]);
        if (/^\d{1,9}$/.test(keyword)) void any.orWhere('type', Number(keyword));
      });
      const rows = (await query.orderBy('id', 'desc').limit(limit)) as Row[];
      return rows.map(toRequestLogRow);
    },

    removeBefore: (timestamp) => removeBefore(deps, timestamp),

    async add(row) {
      await knex('logs').insert(toLogRow(row, deps.clock));
    },

    async addFailed(requests) {
      const rows = requests.map((request) => ({
        ...toLogRow(
          {
            user_id: request.userId,
            created_at: Math.floor(request.at / 1000),
            type: logTypes.error,
            content: `${request.status} ${request.code}: ${request.message}`,
            username: request.username,
            token_name: request.apiTokenName,
            model_name: request.model,
            channel: request.channelId,
            request_id: request.requestId,
            elapsed_time: request.durationMs,
            is_stream: request.isStream,
          },
          deps.clock,
        ),
      }));
      for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
        await knex('logs').insert(rows.slice(start, start + ROWS_AT_ONCE));
      }
    },

    async dayStats(userId, since) {
      const day = reader.raw(dialect.utcDayOf('created_at'));
      const rows = (await reader('logs')
        .select({ Day: day, ModelName: 'model_name' })
        .count({ RequestCount: '*' })
        .sum({
          Quota: 'quota',
          PromptTokens: 'prompt_tokens',
          CompletionTokens: 'completion_tokens',
        })
        .where({ type: logTypes.consume, user_id: userId })
        .where('created_at', '>=', since)
        .groupBy(day)
        .groupBy('model_name')
        .orderBy([{ column: 'Day' }, { column: 'ModelName' }])) as DayStatRow[];
      return rows.map((row) => ({
        Day: row.Day,
        ModelName: readText(row.ModelName),
        RequestCount: readNumber(row.RequestCount),
        Quota: readNumber(row.Quota),
        PromptTokens: readNumber(row.PromptTokens),
        CompletionTokens: readNumber(row.CompletionTokens),
      }));
    },
  };
}

/** In portions, so that a million old rows hold up nobody. */
async function removeBefore(
  { logs, main }: RequestLogRepositoryDeps,
  timestamp: number,
): Promise<number> {
  const { knex } = logs;
  const removedBefore = Number((await readMeta(main, 'logs-removed-before')) ?? 0);
  if (timestamp > removedBefore) await writeMeta(main, 'logs-removed-before', String(timestamp));
  for (let removed = 0; ;) {
    const rows = (await knex('logs')
      .select('id')
      .where('created_at', '<', timestamp)
      .orderBy('created_at')
      .limit(REMOVED_AT_ONCE)) as { id: number }[];
    if (rows.length === 0) return removed;
    removed += await knex('logs')
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .delete();
  }
}

/** From the id to the log row, which is written at the end: longer than any stream may take. */
const LONGEST_REQUEST_SECONDS = 6 * 3600;

/** Unix seconds out of a time-ordered id (UUIDv7); undefined for other ids, such as One API's. */
function readIdTime(requestId: string): number | undefined {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7/i.exec(requestId);
  return match === null
    ? undefined
    : Math.floor(parseInt(`${match[1] ?? ''}${match[2] ?? ''}`, 16) / 1000);
}

function filtered(reader: Knex, filter: LogFilter): Knex.QueryBuilder {
  const query: Knex.QueryBuilder = reader('logs');
  const equal = {
    ...(filter.type && { type: filter.type }), // 0 asks for every type, as in One API
    ...(filter.userId !== undefined && { user_id: filter.userId }),
    ...(filter.username !== undefined && { username: filter.username }),
    ...(filter.tokenName !== undefined && { token_name: filter.tokenName }),
    ...(filter.modelName !== undefined && { model_name: filter.modelName }),
    ...(filter.channel !== undefined && { channel_id: filter.channel }),
    ...(filter.requestId !== undefined && { request_id: filter.requestId }),
  };
  void query.where(equal);
  if (filter.startTimestamp) void query.where('created_at', '>=', filter.startTimestamp);
  if (filter.endTimestamp) void query.where('created_at', '<=', filter.endTimestamp);
  const began = filter.requestId === undefined ? undefined : readIdTime(filter.requestId);
  if (began !== undefined)
    void query.whereBetween('created_at', [began - 60, began + LONGEST_REQUEST_SECONDS]);
  return query;
}

function toLogRow(
  row: Partial<RequestLogRow> & { type: number; content: string },
  clock: Clock,
): LogRow {
  return {
    user_id: row.user_id ?? 0,
    created_at: row.created_at ?? Math.floor(clock.now() / 1000),
    type: row.type,
    content: row.content.replaceAll('\0', ''),
    username: clipText(row.username ?? '', STRING_LENGTH),
    token_name: clipText(row.token_name ?? '', STRING_LENGTH),
    model_name: clipText(row.model_name ?? '', STRING_LENGTH),
    quota: row.quota ?? 0,
    prompt_tokens: row.prompt_tokens ?? 0,
    completion_tokens: row.completion_tokens ?? 0,
    channel_id: row.channel ?? 0,
    request_id: clipText(row.request_id ?? '', STRING_LENGTH),
    elapsed_time: row.elapsed_time ?? 0,
    is_stream: row.is_stream ?? false,
    system_prompt_reset: row.system_prompt_reset ?? false,
    token_id: null,
    details: null,
  };
}

function toRequestLogRow(row: Row): RequestLogRow {
  return {
    id: readNumber(row['id']),
    user_id: readNumber(row['user_id']),
    created_at: readNumber(row['created_at']),
    type: readNumber(row['type']),
    content: readText(row['content']),
    username: readText(row['username']),
    token_name: readText(row['token_name']),
    model_name: readText(row['model_name']),
    quota: readNumber(row['quota']),
    prompt_tokens: readNumber(row['prompt_tokens']),
    completion_tokens: readNumber(row['completion_tokens']),
    channel: readNumber(row['channel_id']),
    request_id: readText(row['request_id']),
    elapsed_time: readNumber(row['elapsed_time']),
    is_stream: readBoolean(row['is_stream']),
    system_prompt_reset: readBoolean(row['system_prompt_reset']),
  };
}
