import type { LogFilter, RequestLogRepository, RequestLogRow } from '@turnpike/core';
import { pageRows } from './page-rows.ts';

export interface InMemoryLogs extends RequestLogRepository {
  rows: RequestLogRow[];
}

export function createInMemoryLogs(now: () => number = Date.now): InMemoryLogs {
  const rows: RequestLogRow[] = [];
  const find = (filter: LogFilter): RequestLogRow[] =>
    rows
      .filter((row) => filter.type === undefined || row.type === filter.type)
      .filter((row) => filter.userId === undefined || row.user_id === filter.userId)
      .filter((row) => filter.username === undefined || row.username === filter.username)
      .filter((row) => filter.modelName === undefined || row.model_name === filter.modelName)
      .filter(
        (row) => filter.apiTokenId === undefined || row.content === `token ${filter.apiTokenId}`,
      )
      .filter((row) => filter.channel === undefined || row.channel === filter.channel)
      .filter((row) => row.created_at >= (filter.startTimestamp ?? 0))
      .filter((row) => row.created_at <= (filter.endTimestamp ?? Infinity))
      .sort((a, b) => b.id - a.id);
  return {
    rows,
    page: async (filter, query) => pageRows(find(filter), { ...query, sort: 'id' }),
    async *read(filter) {
      const found = find(filter);
      for (let start = 0; start < found.length; start += 2) yield found.slice(start, start + 2);
    },
    list: async (filter, { offset, limit }) => find(filter).slice(offset, offset + limit),
    sumQuota: async (filter) => find(filter).reduce((sum, row) => sum + row.quota, 0),
    countLastMinute: async (filter) => {
      const { startTimestamp: _from, endTimestamp: _to, ...rest } = filter;
      const recent = find(rest).filter(({ created_at: at }) => at >= now() / 1000 - 60);
      const tokens = recent.map((row) => row.prompt_tokens + row.completion_tokens);
      return { requests: recent.length, tokens: tokens.reduce((sum, count) => sum + count, 0) };
    },
    search: async (keyword, filter, { offset, limit }) =>
      find(filter)
        .filter((row) => String(row.type) === keyword || row.content.startsWith(keyword))
        .slice(offset, offset + limit),
    async removeBefore(timestamp) {
      const kept = rows.filter((row) => row.created_at >= timestamp);
      const count = rows.length - kept.length;
      rows.splice(0, rows.length, ...kept);
      return count;
    },
    async add(row) {
      rows.push({ ...emptyRow, ...row, id: rows.length + 1 });
    },
    addFailed: () => Promise.reject(new Error('not part of the management API')),
  };
}

const emptyRow: Omit<RequestLogRow, 'id'> = {
  user_id: 0,
  created_at: 0,
  type: 0,
  content: '',
  username: '',
  token_name: '',
  model_name: '',
  quota: 0,
  prompt_tokens: 0,
  completion_tokens: 0,
  channel: 0,
  request_id: '',
  elapsed_time: 0,
  is_stream: false,
  system_prompt_reset: false,
};
