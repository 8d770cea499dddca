import { z } from 'zod';
import {
  listQuerySchema,
  pageQuerySchema,
  queryNumberSchema,
  queryTextSchema,
  ruledText,
} from './input-values.ts';

/** Unless asked for fewer. */
const MOST_OF_A_TOKEN = 1000;

/** Bad numbers count as 0, and 0 or empty means: any. Times are Unix seconds, both ends included. */
export const requestLogFilterSchema = z.object({
  type: queryNumberSchema,
  start_timestamp: queryNumberSchema,
  end_timestamp: queryNumberSchema,
  username: queryTextSchema,
  token_name: queryTextSchema,
  model_name: queryTextSchema,
  channel: queryNumberSchema,
  request_id: queryTextSchema,
});

/**
 * `newest`: the whole log by id, a filtered one by time and then by id. Rows are written nearly in the order of time.
 */
export const requestLogListQuerySchema = requestLogFilterSchema.extend(
  listQuerySchema(['newest', 'created_at']).shape,
);

/** The rows of one API token, asked for with its key. */
export const requestLogByTokenQuerySchema = pageQuerySchema.extend({
  /** With or without `sk-`; empty: the key is in the header `Authorization`, where it leaves fewer traces. */
  key: queryTextSchema,
  page_size: queryNumberSchema.transform((size) =>
    size === 0 ? MOST_OF_A_TOKEN : Math.min(size, MOST_OF_A_TOKEN),
  ),
});

export const requestLogRemoveQuerySchema = z.object({
  target_timestamp: queryTextSchema.pipe(
    ruledText(
      (text) => /^[1-9]\d{0,14}$/.test(text),
      'is required: Unix seconds; rows older than that are deleted',
      '必填：Unix 秒；早于该时间的日志将被删除',
    ),
  ),
});

/** A row of the log. */
export const requestLogSchema = z.object({
  /** 0 where a user reads own rows. */
  id: z.int(),
  user_id: z.int(),
  created_at: z.int(),
  /** 1 top-up, 2 consumption, 3 management, 4 system, 5 channel test, 6 refused or failed request. */
  type: z.int(),
  content: z.string(),
  username: z.string(),
  token_name: z.string(),
  model_name: z.string(),
  quota: z.int(),
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  channel: z.int(),
  request_id: z.string(),
  elapsed_time: z.int(),
  is_stream: z.boolean(),
  system_prompt_reset: z.boolean(),
});

export const dayStatSchema = z.object({
  Day: z.string(),
  ModelName: z.string(),
  RequestCount: z.int(),
  Quota: z.int(),
  PromptTokens: z.int(),
  CompletionTokens: z.int(),
});

/** Consumption of a filter; `rpm` and `tpm` are of the last 60 seconds, whatever times the filter names. */
export const quotaSumSchema = z.object({
  quota: z.int(),
  /** Requests in a minute. */
  rpm: z.int(),
  /** Tokens in a minute, of input and output. */
  tpm: z.int(),
});

export type RequestLogJson = z.infer<typeof requestLogSchema>;
export type RequestLogFilterInput = z.infer<typeof requestLogFilterSchema>;
export type RequestLogByTokenQueryInput = z.infer<typeof requestLogByTokenQuerySchema>;
export type RequestLogListQueryInput = z.infer<typeof requestLogListQuerySchema>;
export type QuotaSumJson = z.infer<typeof quotaSumSchema>;
export type DayStatJson = z.infer<typeof dayStatSchema>;
