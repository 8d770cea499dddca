import type { Page, PageQuery } from './page.ts';
import type { FailedRequest } from './request-log.ts';

/** `logs.type` as stored; 6 is ours (refused and failed requests). */
export const logTypes = {
  unknown: 0,
  topUp: 1,
  consume: 2,
  manage: 3,
  system: 4,
  test: 5,
  error: 6,
} as const;

/** A row of `logs` with the field names of the management API. */
export interface RequestLogRow {
  id: number;
  user_id: number;
  /** Unix seconds. */
  created_at: number;
  type: number;
  content: string;
  username: string;
  token_name: string;
  model_name: string;
  quota: number;
  prompt_tokens: number;
  completion_tokens: number;
  channel: number;
  request_id: string;
  /** Milliseconds. */
  elapsed_time: number;
  is_stream: boolean;
  system_prompt_reset: boolean;
}

export interface LogFilter {
  type?: number;
  startTimestamp?: number;
  endTimestamp?: number;
  userId?: number;
  username?: string;
  tokenName?: string;
  modelName?: string;
  channel?: number;
  requestId?: string;
  apiTokenId?: number;
}

/**
 * `newest`: the whole log by id; by time, and then by id, where it is filtered, because that is what its indexes can do.
 * Rows are written nearly in the order of time.
 */
export type LogSort = 'newest' | 'created_at';

export interface RequestLogRepository {
  /** Newest first. */
  list(
    filter: LogFilter,
    page: { offset: number; limit: number },
  ): Promise<readonly RequestLogRow[]>;
  /**
   * A page, with how many rows there are. Among many rows, of which a second filter leaves few, only the newest are
   * counted. @throws `invalid_parameter` for a cursor of another list
   */
  page(filter: LogFilter, page: PageQuery<LogSort>): Promise<Page<RequestLogRow>>;
  /** Every row, newest first, a portion at a time; each portion is read when it is asked for. */
  read(filter: LogFilter): AsyncIterable<readonly RequestLogRow[]>;
  sumQuota(filter: LogFilter): Promise<number>;
  /** Requests and tokens (input and output) of consumption in the last 60 seconds, whatever times the filter names. */
  countLastMinute(filter: LogFilter): Promise<{ requests: number; tokens: number }>;
  /** Type equals the keyword, or content begins with it; newest first. It costs what it skips, too. */
  search(
    keyword: string,
    filter: LogFilter,
    page: { offset: number; limit: number },
  ): Promise<readonly RequestLogRow[]>;
  /**
   * Removes what is older than a moment (Unix seconds), in portions that hold up nobody, until the signal says stop.
   * Resolves to the number of rows.
   */
  removeBefore(timestamp: number, signal?: AbortSignal): Promise<number>;
  /** Rows that are not usage: top-ups, management, channel tests. */
  add(
    row: Partial<Omit<RequestLogRow, 'id'>> & Pick<RequestLogRow, 'type' | 'content'>,
  ): Promise<void>;
  addFailed(requests: readonly FailedRequest[]): Promise<void>;
}
