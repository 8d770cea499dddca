import { z } from 'zod';

/** Both are text; no value means the empty text. */
export const optionUpdateSchema = z.object({
  key: z.string().max(191),
  value: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
});

export const optionSchema = z.object({ key: z.string(), value: z.string() });

/** An option that is never read back: only whether it has a value. */
export const secretOptionSchema = z.object({ key: z.string(), is_set: z.boolean() });

export const optionListSchema = z.object({
  success: z.literal(true),
  message: z.string(),
  data: z.array(optionSchema).readonly(),
  secrets: z.array(secretOptionSchema).readonly(),
});

export type OptionUpdateInput = z.infer<typeof optionUpdateSchema>;
export type OptionJson = z.infer<typeof optionSchema>;
export type SecretOptionJson = z.infer<typeof secretOptionSchema>;
