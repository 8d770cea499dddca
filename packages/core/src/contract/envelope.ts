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

/** The same in the form of RFC 9457, with its proper status, for those who accept `application/problem+json`. */
export const problemSchema = z.object({
  /** Where the code is explained. */
  type: z.string(),
  title: z.string(),
  /** The HTTP status. */
  status: z.int(),
  /** For people, in the language that the client accepts. */
  detail: z.string(),
  /** The id of the request. */
  instance: z.string(),
  code: z.string(),
  param: z.string().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
export type Success = z.infer<typeof successSchema>;
export type Failure = z.infer<typeof failureSchema>;
