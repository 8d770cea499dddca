import { z } from 'zod';
import { findPolicyProblem, type PolicyProblem } from '../channel/request-policy.ts';
import { findLimitProblem } from '../identity/read-limits.ts';
import { parseJsonObject } from '../options/parse-json-object.ts';
import { listQuerySchema, queryNumberSchema, queryTextSchema, ruledText } from './input-values.ts';

function isModelMapping(text: string): boolean {
  if (text.trim() === '') return true;
  const mapping = parseJsonObject(text);
  return mapping !== undefined && Object.values(mapping).every((to) => typeof to === 'string');
}

function hasGoodLimits(text: string): boolean {
  const limits = parseJsonObject(text)?.['limits'];
  return limits === undefined || findLimitProblem(limits) === undefined;
}

function findConfigProblem(text: string): PolicyProblem | undefined {
  return findPolicyProblem(parseJsonObject(text) ?? {});
}

function findOverrideProblem(text: string): PolicyProblem | undefined {
  return findPolicyProblem({ param_override: parseJsonObject(text) ?? {} });
}

function addProblem(find: (text: string) => PolicyProblem | undefined) {
  return (text: string, context: z.RefinementCtx<string>): void => {
    const problem = find(text);
    if (problem === undefined) return;
    const { reason: message, reasonZh: zh } = problem;
    context.addIssue({ code: 'custom', message, params: { zh } });
  };
}

function isHttpUrl(text: string): boolean {
  return text.trim() === '' || /^https?:\/\/[^\s/?#]+/i.test(text.trim());
}

/** JSON text: model → model. */
export const modelMappingSchema = ruledText(
  isModelMapping,
  'must be a JSON object from model to model, such as {"gpt-4": "gpt-4o"}',
  '必须是模型到模型的 JSON 对象，例如 {"gpt-4": "gpt-4o"}',
);

const channelFields = {
  type: z.int().min(0),
  name: z.string().max(191),
  weight: z.int().min(0).nullable(),
  base_url: ruledText(
    isHttpUrl,
    'must be an address that begins with http:// or https://',
    '必须是以 http:// 或 https:// 开头的地址',
  ).nullable(),
  other: z.string().nullable(),
  /** Comma list. */
  models: z.string(),
  /** Comma list. */
  group: z.string(),
  model_mapping: modelMappingSchema.nullable(),
  priority: z.int().nullable(),
  config: ruledText(
    (text) => text.trim() === '' || parseJsonObject(text) !== undefined,
    'must be a JSON object',
    '必须是 JSON 对象',
  )
    .refine(hasGoodLimits, {
      error:
        "has bad 'limits': an object of requests_per_minute, tokens_per_minute and concurrency, each a whole number, 0 for none",
      params: {
        zh: "中的 'limits' 无效：应为包含 requests_per_minute、tokens_per_minute、concurrency 的对象，值为整数，0 表示不限",
      },
    })
    .superRefine(addProblem(findConfigProblem)),
  /** New API's: JSON text of parameters to set. It is kept in `config`; "" takes it out. */
  param_override: ruledText(
    (text) => text.trim() === '' || parseJsonObject(text) !== undefined,
    'must be a JSON object',
    '必须是 JSON 对象',
  )
    .superRefine(addProblem(findOverrideProblem))
    .nullable(),
  system_prompt: z.string().nullable(),
  /** A name by which several channels are edited at once. */
  tag: z.string().max(191).nullable(),
  status: z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]),
};

/** Empty or 0: any. */
export const channelListQuerySchema = listQuerySchema([
  'id',
  'name',
  'type',
  'status',
  'priority',
  'weight',
  'balance',
  'response_time',
  'test_time',
  'used_quota',
]).extend({
  keyword: queryTextSchema,
  status: queryNumberSchema,
  type: queryNumberSchema,
  group: queryTextSchema,
  model: queryTextSchema,
  tag: queryTextSchema,
});

/** One channel for each non-empty line of `key`. */
export const channelCreateSchema = z
  .object(channelFields)
  .partial()
  .extend({
    key: ruledText(
      (key) => key.trim() !== '',
      'must hold at least one key; several keys go on several lines',
      '必须至少包含一个密钥；多个密钥请分行填写',
    ),
  });

/** Absent: unchanged; so are empty plain texts and numbers 0. Fields that may be null can be set to "" and 0. */
export const channelUpdateSchema = z
  .object({ ...channelFields, key: z.string() })
  .partial()
  .extend({ id: z.int().min(1) });

/** A channel that may not be saved yet, as far as asking its upstream needs it; the first line of `key` counts. */
export const channelModelsFetchSchema = z
  .object({ base_url: channelFields.base_url, config: channelFields.config, key: z.string() })
  .partial()
  .extend({ type: channelFields.type });

export const channelTestQuerySchema = z.object({ model: queryTextSchema });

/** `all` (default), `disabled`, ids such as `1,3,5`, or `group:<name>`. */
export const channelTestRunQuerySchema = z.object({
  scope: queryTextSchema.pipe(
    ruledText(
      (scope) => /^(|all|disabled|group:.+|[1-9]\d{0,14}(,[1-9]\d{0,14})*)$/.test(scope),
      'must be all, disabled, ids such as 1,3,5, or group:<name>',
      '必须是 all、disabled、形如 1,3,5 的 id 列表，或 group:<分组名>',
    ),
  ),
});

/** A channel as the API shows it; the key never leaves. */
export const channelSchema = z.object({
  id: z.int(),
  type: z.int(),
  key: z.literal(''),
  status: z.int(),
  name: z.string(),
  weight: z.int().nullable(),
  created_time: z.int(),
  test_time: z.int(),
  /** Milliseconds. */
  response_time: z.int(),
  base_url: z.string().nullable(),
  other: z.string().nullable(),
  balance: z.number(),
  balance_updated_time: z.int(),
  models: z.string(),
  group: z.string(),
  used_quota: z.int(),
  model_mapping: z.string().nullable(),
  priority: z.int().nullable(),
  config: z.string(),
  system_prompt: z.string().nullable(),
  /** Empty: none. */
  tag: z.string(),
  /** What `config` has of it; null: nothing. */
  param_override: z.string().nullable(),
});

export const channelTestResultSchema = z.object({
  channelId: z.int(),
  channelName: z.string(),
  isOk: z.boolean(),
  durationMs: z.number(),
  message: z.string(),
  /** What the result did to the channel. */
  action: z.enum(['none', 'disabled', 'enabled']),
});

/** The result of one test that the client waited for. */
export const channelTestAnswerSchema = z.object({
  success: z.boolean(),
  /** What the model said, or what went wrong. */
  message: z.string(),
  /** Seconds; 0 on failure. */
  time: z.number(),
  /** The model that was asked for; empty: the channel's first one. */
  modelName: z.string(),
});

/** How a background run of channel tests stands, or ended. */
export const channelTestProgressSchema = z.object({
  isRunning: z.boolean(),
  scope: z.string(),
  /** Unix milliseconds; null: there was no run since the start. */
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  total: z.int(),
  tested: z.int(),
  succeeded: z.int(),
  failed: z.int(),
  /** Why the run ended early, or tested nothing. */
  problem: z.string().nullable(),
  results: z.array(channelTestResultSchema),
});

export type ChannelListQueryInput = z.infer<typeof channelListQuerySchema>;
export type ChannelJson = z.infer<typeof channelSchema>;
export type ChannelModelsFetchInput = z.infer<typeof channelModelsFetchSchema>;
export type ChannelCreateInput = z.infer<typeof channelCreateSchema>;
export type ChannelUpdateInput = z.infer<typeof channelUpdateSchema>;
export type ChannelTestResult = z.infer<typeof channelTestResultSchema>;
export type ChannelTestProgress = z.infer<typeof channelTestProgressSchema>;
