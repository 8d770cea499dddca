import {
  logTypes,
  type LogFilter,
  type Page,
  type RequestLogRepository,
  type RequestLogRow,
  type TokenRecord,
} from '@turnpike/core';
import type {
  RequestLogByTokenQueryInput,
  RequestLogFilterInput,
  RequestLogListQueryInput,
} from '@turnpike/core/contract';
import type { Caller } from './caller.ts';
import type { LogExportService } from './log-export-service.ts';
import type { RecordAudit } from './record-audit.ts';
import { mapPage, toPageQuery } from './to-page-query.ts';

const MAX_FOUND = 100;

export interface RequestLogServiceDeps {
  requestLogs: RequestLogRepository;
  logExports: LogExportService;
  recordAudit: RecordAudit;
}

export type RequestLogService = ReturnType<typeof createRequestLogService>;

/** The log: everything for administrators, own rows (without their ids) for everyone. */
export function createRequestLogService(deps: RequestLogServiceDeps) {
  const { requestLogs, logExports, recordAudit } = deps;
  return {
    list: (query: RequestLogListQueryInput): Promise<Page<RequestLogRow>> =>
      requestLogs.page(toFilter(query), toPageQuery(query)),

    async listOwn(query: RequestLogListQueryInput, actor: Caller): Promise<Page<RequestLogRow>> {
      const page = await requestLogs.page(toOwnFilter(query, actor), toPageQuery(query));
      return mapPage(page, withoutId);
    },

    /** What one API token did, for its holder. */
    async listByToken(
      { p, page_size: limit }: RequestLogByTokenQueryInput,
      { userId, apiTokenId }: TokenRecord,
    ): Promise<readonly RequestLogRow[]> {
      const rows = await requestLogs.list({ userId, apiTokenId }, { offset: p * limit, limit });
      return rows.map(withoutId);
    },

    /** Everything that a filter finds, as a file. @throws `too_many_exports` */
    async export(
      query: RequestLogFilterInput,
      actor: Caller,
      begin: () => NodeJS.WritableStream,
    ): Promise<void> {
      const filter = toFilter(query);
      await recordAudit(actor, 'log.export', '', { ...filter });
      await logExports.write(filter, { withIds: true }, begin);
    },

    /** @throws `too_many_exports` */
    exportOwn: (
      query: RequestLogFilterInput,
      actor: Caller,
      begin: () => NodeJS.WritableStream,
    ): Promise<void> => logExports.write(toOwnFilter(query, actor), { withIds: false }, begin),

    search: (keyword: string) => requestLogs.search(keyword, {}, MAX_FOUND),

    /** Own rows are searched by their type only. */
    async searchOwn(keyword: string, actor: Caller) {
      if (!/^[1-9]\d{0,5}$/.test(keyword)) return [];
      const filter = { userId: actor.user.id, type: Number(keyword) };
      const rows = await requestLogs.list(filter, { offset: 0, limit: MAX_FOUND });
      return rows.map(withoutId);
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

function withoutId(row: RequestLogRow): RequestLogRow {
  return { ...row, id: 0 };
}
