import {
  logTypes,
  type LogFilter,
  type Page,
  type RequestLogRepository,
  type RequestLogRow,
  type TokenRecord,
} from '@turnpike/core';
import type {
  PlainSearchQueryInput,
  QuotaSumJson,
  RequestLogByTokenQueryInput,
  RequestLogFilterInput,
  RequestLogListQueryInput,
} from '@turnpike/core/contract';
import { DEFAULT_PAGE_SIZE } from '@turnpike/core/contract';
import type { Caller } from './caller.ts';
import type { LogExportService } from './log-export-service.ts';
import type { RecordAudit } from './record-audit.ts';
import { mapPage, toPageQuery } from './to-page-query.ts';

/** Where no pages are asked for, as One API has it. */
const MOST_FOUND = 100;
/** Whoever looks for more lists by a filter: that goes on for ever. */
const LAST_FOUND = 1000;

export interface RequestLogServiceDeps {
  requestLogs: RequestLogRepository;
  logExports: LogExportService;
  recordAudit: RecordAudit;
}

export type RequestLogService = ReturnType<typeof createRequestLogService>;

/** The log: everything for administrators, own rows (without their ids) for everyone. */
export function createRequestLogService(deps: RequestLogServiceDeps) {
  const { requestLogs, logExports, recordAudit } = deps;

  async function readStat(filter: LogFilter): Promise<QuotaSumJson> {
    const ofType = { ...filter, type: logTypes.consume };
    const quota = await requestLogs.sumQuota(ofType);
    const { requests, tokens } = await requestLogs.countLastMinute(ofType);
    return { quota, rpm: requests, tpm: tokens };
  }

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

    search: (query: PlainSearchQueryInput) => requestLogs.search(query.keyword, {}, toPiece(query)),

    /** Own rows are searched by their type only. */
    async searchOwn(query: PlainSearchQueryInput, actor: Caller) {
      if (!/^[1-9]\d{0,5}$/.test(query.keyword)) return [];
      const filter = { userId: actor.user.id, type: Number(query.keyword) };
      const rows = await requestLogs.list(filter, toPiece(query));
      return rows.map(withoutId);
    },

    /** Σ of what was charged, and the rates of the last minute; the type is always consumption. */
    stat: (query: RequestLogFilterInput) => readStat({ ...toFilter(query) }),

    statOwn: (query: RequestLogFilterInput, actor: Caller) =>
      readStat({
        ...toOwnFilter(query, actor),
        ...(query.channel !== 0 && { channel: query.channel }),
      }),

    /** Deletes what is older than a moment (Unix seconds), of all users. Resolves to the number of rows. */
    async removeBefore(timestamp: number, actor: Caller): Promise<number> {
      const count = await requestLogs.removeBefore(timestamp);
      await recordAudit(actor, 'log.delete', '', { before: timestamp, count });
      return count;
    },
  };
}

/** The piece of a search; empty behind the last row that it goes to. */
function toPiece({ p, page_size: pageSize }: PlainSearchQueryInput): {
  offset: number;
  limit: number;
} {
  const isPaged = p !== undefined || pageSize !== undefined;
  const size = pageSize ?? (isPaged ? DEFAULT_PAGE_SIZE : MOST_FOUND);
  const offset = Math.min((p ?? 0) * size, LAST_FOUND);
  return { offset, limit: Math.min(size, LAST_FOUND - offset) };
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
