import { z } from 'zod';

/** What a good answer of the management API looks like; some routes add fields beside `data`. */
export const successSchema = z.object({
  success: z.literal(true),
  message: z.string(),
  data: z.unknown().optional(),
});

/** What a bad answer looks like, mostly with HTTP status 200: clients test `success`. */
export const failureSchema = z.object({
  success: z.literal(false),
  /** For people, in the language that the client accepts. */
  message: z.string(),
  /** For programs: stable, see the reference of the management API. */
  code: z.string(),
  /** The input that is wrong. */
  param: z.string().optional(),
});

export type Success = z.infer<typeof successSchema>;
export type Failure = z.infer<typeof failureSchema>;
