import { logTypes, type Clock, type FailedRequest, type RequestLogRow } from '@turnpike/core';
import { STRING_LENGTH, type LogRow } from '../ledger/log-row.ts';
import { clipText } from '../schema/clip-text.ts';
import { readBoolean, readNumber, readText, type Row } from '../schema/read-column.ts';

/** A row that is not usage, as it is inserted. */
export function toLogRow(
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

/** A refused or failed request as a log row. */
export function toFailedLogRow(request: FailedRequest, clock: Clock): LogRow {
  const row = {
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
  };
  return toLogRow(row, clock);
}

/** A stored row as it is read. */
export function toRequestLogRow(row: Row): RequestLogRow {
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
