import { z } from 'zod';
import { lossPolicies } from '../identity/loss-policy.ts';
import { requestLimitFields, spentFields } from './request-limits.ts';
import {
  listQuerySchema,
  queryNumberSchema,
  queryTextSchema,
  quotaSchema,
  ruledText,
} from './input-values.ts';

const cidrSchema = z.union([z.cidrv4(), z.cidrv6()]);

function isSubnetList(text: string): boolean {
  return text === '' || text.split(',').every((part) => cidrSchema.safeParse(part.trim()).success);
}

const apiTokenFields = {
  name: z.string().max(30),
  /** Unix seconds; -1: never. */
  expired_time: z.int().min(-1),
  remain_quota: quotaSchema,
  unlimited_quota: z.boolean(),
  /** Comma list; empty or null: every model. */
  models: z.string().max(20_000).nullable(),
  /** Comma list of CIDR; empty or null: every address. */
  subnet: ruledText(
    isSubnetList,
    'must be a comma list of subnets such as 10.0.0.0/8, 2001:db8::/32',
    '必须是以逗号分隔的网段，例如 10.0.0.0/8, 2001:db8::/32',
  ).nullable(),
  /** What a translation between protocols may lose of its requests; empty or null: what the option says. */
  loss_policy: z.enum(['', ...lossPolicies]).nullable(),
  ...requestLimitFields,
};

/** Empty or 0: any. */
export const apiTokenListQuerySchema = listQuerySchema([
  'id',
  'name',
  'remain_quota',
  'used_quota',
  'accessed_time',
  'expired_time',
]).extend({
  keyword: queryTextSchema,
  status: queryNumberSchema,
  /** The older way to sort: descending by one of these. */
  order: queryTextSchema
    .pipe(z.enum(['remain_quota', 'used_quota']).or(z.literal('')).catch(''))
    .meta({ wire: { type: 'string', enum: ['remain_quota', 'used_quota'] } }),
});

export const apiTokenCreateSchema = z.object(apiTokenFields).partial();

/** Absent: unchanged. With the query `status_only` nothing but the status is written. */
export const apiTokenUpdateSchema = z
  .object({
    ...apiTokenFields,
    status: z.int(),
    /** What to add to the quota; safe beside running requests. */
    quotaDelta: quotaSchema,
  })
  .partial()
  .extend({ id: z.int().min(1) });

export const apiTokenStatusSchema = z.int().min(1).max(4);

/** Any value that is not empty: only the status is written. */
export const apiTokenUpdateQuerySchema = z.object({ status_only: queryTextSchema });

/** A client's key as its owner sees it; `key` is without the `sk-` that clients send. */
export const apiTokenSchema = z.object({
  id: z.int(),
  user_id: z.int(),
  key: z.string(),
  status: z.int(),
  name: z.string(),
  created_time: z.int(),
  accessed_time: z.int(),
  expired_time: z.int(),
  remain_quota: z.int(),
  unlimited_quota: z.boolean(),
  used_quota: z.int(),
  models: z.string().nullable(),
  subnet: z.string().nullable(),
  loss_policy: z.string(),
  ...requestLimitFields,
  ...spentFields,
  quota_version: z.int(),
});

export type ApiTokenJson = z.infer<typeof apiTokenSchema>;
export type ApiTokenListQueryInput = z.infer<typeof apiTokenListQuerySchema>;
export type ApiTokenCreateInput = z.infer<typeof apiTokenCreateSchema>;
export type ApiTokenUpdateInput = z.infer<typeof apiTokenUpdateSchema>;
