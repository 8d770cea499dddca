import { z } from 'zod';
import { listQuerySchema } from './input-values.ts';

export const givenUpListQuerySchema = listQuerySchema(['id']);

/** A delivery that failed as often as it may. */
export const givenUpNotificationSchema = z.object({
  id: z.int(),
  kind: z.enum(['verification-mail', 'reset-mail', 'root-alert', 'user-mail', 'webhook']),
  /** A mail address, `root`, `user 5`, or `webhook`. */
  receiver: z.string(),
  /** What happened; empty for mails of the login pages. */
  event: z.string(),
  attempts: z.int(),
  /** Why the last attempt failed. */
  problem: z.string(),
  /** Unix seconds. */
  given_up_at: z.int(),
});

export type GivenUpListQueryInput = z.infer<typeof givenUpListQuerySchema>;
export type GivenUpNotificationJson = z.infer<typeof givenUpNotificationSchema>;
