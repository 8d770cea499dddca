import { z } from 'zod';

export const modelPermissionSchema = z.object({
  id: z.string(),
  object: z.literal('model_permission'),
  created: z.int(),
  allow_create_engine: z.boolean(),
  allow_sampling: z.boolean(),
  allow_logprobs: z.boolean(),
  allow_search_indices: z.boolean(),
  allow_view: z.boolean(),
  allow_fine_tuning: z.boolean(),
  organization: z.string(),
  group: z.null(),
  is_blocking: z.boolean(),
});

/** A model in OpenAI's form. */
export const modelEntrySchema = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
  permission: z.array(modelPermissionSchema).nullable(),
  root: z.string(),
  parent: z.null(),
});

export type ModelEntryJson = z.infer<typeof modelEntrySchema>;
