import { z } from 'zod';

/** What an API token or its user has, in the form that OpenAI's clients read. USD, or quota units. */
export const billingSubscriptionSchema = z.object({
  object: z.literal('billing_subscription'),
  has_payment_method: z.literal(true),
  soft_limit_usd: z.number(),
  hard_limit_usd: z.number(),
  system_hard_limit_usd: z.number(),
  /** Unix seconds; 0: for ever. */
  access_until: z.int(),
});

export const billingUsageSchema = z.object({
  object: z.literal('list'),
  /** In hundredths of the unit: cents. */
  total_usage: z.number(),
});

export type BillingSubscriptionJson = z.infer<typeof billingSubscriptionSchema>;
export type BillingUsageJson = z.infer<typeof billingUsageSchema>;
