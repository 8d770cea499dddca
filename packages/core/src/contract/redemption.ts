import { z } from 'zod';
import {
  listQuerySchema,
  queryNumberSchema,
  queryTextSchema,
  quotaSchema,
} from './input-values.ts';

const MAX_AT_ONCE = 100;

const nameSchema = z.string().min(1).max(20);
const statusSchema = z.int().min(1).max(3);
/** Unix seconds; 0: never. */
const expirySchema = z.int().min(0);

/** Empty or 0: any. */
export const redemptionListQuerySchema = listQuerySchema([
  'id',
  'name',
  'quota',
  'created_time',
  'redeemed_time',
]).extend({
  keyword: queryTextSchema,
  /** 1 unused, 2 disabled, 3 used. */
  status: queryNumberSchema,
});

export const redemptionCreateSchema = z.object({
  name: nameSchema,
  /** Absent or 0: 100, as One API has it. */
  quota: quotaSchema.min(0).optional(),
  count: z.int().min(1).max(MAX_AT_ONCE),
  expired_time: expirySchema.optional(),
});

/** Absent: unchanged. */
export const redemptionUpdateSchema = z.object({
  id: z.int().min(1),
  name: nameSchema.optional(),
  quota: quotaSchema.min(0).optional(),
  expired_time: expirySchema.optional(),
  status: z.int().optional(),
});

/** Any value that is not empty: only the status is written. */
export const redemptionUpdateQuerySchema = z.object({ status_only: queryTextSchema });

export const redemptionStatusSchema = z.object({ id: z.int().min(1), status: statusSchema });

export const redemptionBatchSchema = z.object({
  ids: z.array(z.int().min(1)).min(1).max(MAX_AT_ONCE),
  action: z.enum(['enable', 'disable', 'delete']),
});

export const redeemSchema = z.object({ key: z.string().trim().min(1).max(191) });

/** A code that is worth quota, as administrators see it. */
export const redemptionSchema = z.object({
  id: z.int(),
  user_id: z.int(),
  key: z.string(),
  status: z.int(),
  name: z.string(),
  quota: z.int(),
  created_time: z.int(),
  redeemed_time: z.int(),
  count: z.literal(0),
  used_user_id: z.int(),
  expired_time: z.int(),
});

export type RedemptionJson = z.infer<typeof redemptionSchema>;
export type RedemptionListQueryInput = z.infer<typeof redemptionListQuerySchema>;
export type RedemptionCreateInput = z.infer<typeof redemptionCreateSchema>;
export type RedemptionUpdateInput = z.infer<typeof redemptionUpdateSchema>;
export type RedemptionBatchInput = z.infer<typeof redemptionBatchSchema>;
