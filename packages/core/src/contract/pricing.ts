import { z } from 'zod';

/** What a group of users pays, and under what name it is offered. */
export const groupOfferSchema = z.object({
  /** Factor of every charge. */
  ratio: z.number(),
  desc: z.string(),
});

/** What one model costs, in the figures that consoles of New API know. */
export const modelPricingSchema = z.object({
  model_name: z.string(),
  /** 0: by tokens; 1: by request. */
  quota_type: z.union([z.literal(0), z.literal(1)]),
  /** 1 = 0.002 USD for a thousand input tokens. */
  model_ratio: z.number(),
  /** USD for a request; 0 where it is billed by tokens. */
  model_price: z.number(),
  owner_by: z.string(),
  /** Output price ÷ input price. */
  completion_ratio: z.number(),
  /** Which of the caller's groups have it. */
  enable_groups: z.array(z.string()),
});

export type GroupOfferJson = z.infer<typeof groupOfferSchema>;
export type ModelPricingJson = z.infer<typeof modelPricingSchema>;
