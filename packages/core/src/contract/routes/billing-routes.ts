import { billingSubscriptionSchema, billingUsageSchema } from '../billing.ts';
import { defineRoutes } from '../route.ts';

const subscription = {
  method: 'get',
  role: 'api-token',
  summary: "Tell what the API token, or its user, may spend at all, in OpenAI's form.",
  answer: billingSubscriptionSchema,
} as const;

const usage = {
  method: 'get',
  role: 'api-token',
  summary: "Tell what the API token, or its user, has spent, in OpenAI's form. Dates are ignored.",
  answer: billingUsageSchema,
} as const;

/** What chat clients ask with the key that they chat with; each under two addresses. */
export const billingRoutes = defineRoutes('billing', {
  subscription: { ...subscription, path: '/dashboard/billing/subscription' },
  usage: { ...usage, path: '/dashboard/billing/usage' },
  subscriptionV1: { ...subscription, path: '/v1/dashboard/billing/subscription' },
  usageV1: { ...usage, path: '/v1/dashboard/billing/usage' },
});
