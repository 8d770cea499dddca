import { z } from 'zod';
import { modelMappingSchema } from './channel.ts';
import { ruledText } from './input-values.ts';

/** More at once would hold up everybody else who writes. */
const MOST_IDS = 1000;

const idsSchema = z.array(z.int().min(1)).min(1).max(MOST_IDS);

const tagSchema = ruledText((tag) => tag.trim() !== '', 'must not be empty', '不能为空').max(191);

export const channelIdsSchema = z.object({ ids: idsSchema });

/** 1 enabled, 2 disabled by hand. */
export const channelBatchStatusSchema = z.object({
  ids: idsSchema,
  status: z.union([z.literal(1), z.literal(2)]),
});

/** Null or empty: no tag. */
export const channelBatchTagSchema = z.object({
  ids: idsSchema,
  tag: z.string().max(191).nullable(),
});

export const channelBatchPrioritySchema = z
  .object({
    ids: idsSchema,
    priority: z.int().optional(),
    weight: z.int().min(0).optional(),
  })
  .refine(({ priority, weight }) => priority !== undefined || weight !== undefined, {
    error: 'is missing: give priority, weight, or both',
    path: ['priority'],
    params: { zh: '缺失：请提供 priority、weight 或两者' },
  });

export const channelTagSchema = z.object({ tag: tagSchema });

/** What every channel of a tag gets. Absent or null: unchanged; so are empty `models` and `groups`. */
export const channelTagUpdateSchema = z.object({
  tag: tagSchema,
  /** Empty: the channels lose their tag. */
  new_tag: z.string().max(191).nullish(),
  models: z.string().nullish(),
  groups: z.string().nullish(),
  model_mapping: modelMappingSchema.nullish(),
  priority: z.int().nullish(),
  weight: z.int().min(0).nullish(),
});

export type ChannelTagUpdateInput = z.infer<typeof channelTagUpdateSchema>;
