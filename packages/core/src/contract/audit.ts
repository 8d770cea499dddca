import { z } from 'zod';
import { listQuerySchema, queryNumberSchema, queryTextSchema } from './input-values.ts';

/** Empty or 0: any. Times are Unix seconds, both ends included. */
export const auditListQuerySchema = listQuerySchema(['id']).extend({
  username: queryTextSchema,
  /** A whole action such as `channel.update`, or its beginning such as `channel.`. */
  action: queryTextSchema,
  /** Id or name of what was changed. */
  target: queryTextSchema,
  start_timestamp: queryNumberSchema,
  end_timestamp: queryNumberSchema,
});

/** Who changed what. */
export const auditEntrySchema = z.object({
  id: z.int(),
  /** Unix seconds. */
  created_at: z.int(),
  /** 0: the gateway itself. */
  user_id: z.int(),
  username: z.string(),
  /** Resource and verb: `channel.update`. */
  action: z.string(),
  target_id: z.string(),
  /** What changed: old and new values, or facts; secrets are masked. */
  details: z.record(z.string(), z.unknown()),
  client_address: z.string(),
});

export type AuditListQueryInput = z.infer<typeof auditListQuerySchema>;
export type AuditEntryJson = z.infer<typeof auditEntrySchema>;
