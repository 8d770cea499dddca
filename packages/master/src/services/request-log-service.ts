import {
  logTypes,
  type LogFilter,
  type RequestLogRepository,
  type RequestLogRow,
} from '@turnpike/core';
import type { RequestLogFilterInput, RequestLogListQueryInput } from '@turnpike/core/contract';
import type { Caller } from './caller.ts';
import type { RecordAudit } from './record-audit.ts';

const MAX_FOUND = 100;

export interface RequestLogServiceDeps {
  requestLogs: RequestLogRepository;
  recordAudit: RecordAudit;
}

export type RequestLogService = ReturnType<typeof createRequestLogService>;

/** The log: everything for administrators, own rows (without their ids) for everyone. */
export function createRequestLogService({ requestLogs, recordAudit }: RequestLogServiceDeps) {
  return {
    list: (query: RequestLogListQueryInput) => requestLogs.list(toFilter(query), toPage(query)),

    async listOwn(query: RequestLogListQueryInput, actor: Caller) {
      return withoutIds(await requestLogs.list(toOwnFilter(query, actor), toPage(query)));
    },

    search: (keyword: string) => requestLogs.search(keyword, {}, MAX_FOUND),

    /** Own rows are searched by their type only. */
    async searchOwn(keyword: string, actor: Caller) {
      if (!/^[1-9]\d{0,5}$/.test(keyword)) return [];
      const filter = { userId: actor.user.id, type: Number(keyword) };
      return withoutIds(await requestLogs.list(filter, { offset: 0, limit: MAX_FOUND }));
    },

    /** Σ of what was charged; the type is always consumption. */
    sumQuota: (query: RequestLogFilterInput) =>
      requestLogs.sumQuota({ ...toFilter(query), type: logTypes.consume }),

    sumOwnQuota: (query: RequestLogFilterInput, actor: Caller) =>
      requestLogs.sumQuota({
        ...toOwnFilter(query, actor),
        ...(query.channel !== 0 && { channel: query.channel }),
        type: logTypes.consume,
      }),

    /** Deletes what is older than a moment (Unix seconds), of all users. Resolves to the number of rows. */
    async removeBefore(timestamp: number, actor: Caller): Promise<number> {
      const count = await requestLogs.removeBefore(timestamp);
      await recordAudit(actor, 'log.delete', '', { before: timestamp, count });
      return count;
    },
  };
}

function toPage({ p, page_size }: RequestLogListQueryInput): { offset: number; limit: number } {
  return { offset: p * page_size, limit: page_size };
}

/** 0 and empty mean "any". */
function toFilter(query: RequestLogFilterInput): LogFilter {
  return {
    ...(query.type !== 0 && { type: query.type }),
    ...(query.start_timestamp !== 0 && { startTimestamp: query.start_timestamp }),
    ...(query.end_timestamp !== 0 && { endTimestamp: query.end_timestamp }),
    ...(query.username !== '' && { username: query.username }),
    ...(query.token_name !== '' && { tokenName: query.token_name }),
    ...(query.model_name !== '' && { modelName: query.model_name }),
    ...(query.channel !== 0 && { channel: query.channel }),
    ...(query.request_id !== '' && { requestId: query.request_id }),
  };
}

function toOwnFilter(query: RequestLogFilterInput, actor: Caller): LogFilter {
  return { ...toFilter({ ...query, username: '', channel: 0 }), userId: actor.user.id };
}

function withoutIds(rows: readonly RequestLogRow[]): RequestLogRow[] {
  return rows.map((row) => ({ ...row, id: 0 }));
}
