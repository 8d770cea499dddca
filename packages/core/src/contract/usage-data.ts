import { z } from 'zod';
import { queryNumberSchema, queryTextSchema } from './input-values.ts';

/** Unix seconds, both ends included; without an end: now, without a beginning: 30 days before the end. */
export const usageDataQuerySchema = z.object({
  start_timestamp: queryNumberSchema,
  end_timestamp: queryNumberSchema,
  granularity: queryTextSchema
    .transform((text) => (text === '' ? 'hour' : text))
    .pipe(z.enum(['hour', 'day']))
    .meta({ wire: { type: 'string', enum: ['hour', 'day'], default: 'hour' } }),
});

export const allUsageDataQuerySchema = usageDataQuerySchema.extend({
  /** Empty: everybody's together. */
  username: queryTextSchema,
});

/** What was used of one model in one hour or UTC day. */
export const usageDataSchema = z.object({
  /** Always 0: such a row has no identity. */
  id: z.int(),
  /** 0 and empty where it is everybody's. */
  user_id: z.int(),
  username: z.string(),
  model_name: z.string(),
  /** Unix seconds of the beginning. */
  created_at: z.int(),
  /** Prompt and completion tokens. */
  token_used: z.int(),
  /** Requests. */
  count: z.int(),
  quota: z.int(),
});

export type UsageDataQueryInput = z.infer<typeof usageDataQuerySchema>;
export type AllUsageDataQueryInput = z.infer<typeof allUsageDataQuerySchema>;
export type UsageDataJson = z.infer<typeof usageDataSchema>;
