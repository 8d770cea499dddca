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
}

export interface DayStatRow {
  Day: string;
  ModelName: string;
  RequestCount: number;
  Quota: number;
  PromptTokens: number;
  CompletionTokens: number;
}

export interface RequestLogRepository {
  list(
    filter: LogFilter,
    page: { offset: number; limit: number },
  ): Promise<readonly RequestLogRow[]>;
  sumQuota(filter: LogFilter): Promise<number>;
  /** Type equals the keyword, or content begins with it; newest first, at most `limit`. */
  search(keyword: string, filter: LogFilter, limit: number): Promise<readonly RequestLogRow[]>;
  removeBefore(timestamp: number): Promise<number>;
  /** Rows that are not usage: top-ups, management, channel tests. */
  add(
    row: Partial<Omit<RequestLogRow, 'id'>> & Pick<RequestLogRow, 'type' | 'content'>,
  ): Promise<void>;
  addFailed(requests: readonly FailedRequest[]): Promise<void>;
  /** Own consumption by day and model since a moment (Unix seconds, UTC days). */
  dayStats(userId: number, since: number): Promise<readonly DayStatRow[]>;
}
