import { z } from 'zod';
import { groupOfferSchema, modelPricingSchema } from '../pricing.ts';
import { defineRoutes } from '../route.ts';

/** What things cost, as far as the caller may use them. */
export const pricingRoutes = defineRoutes('pricing', {
  list: {
    method: 'get',
    path: '/api/pricing',
    role: 'guest',
    summary:
      'List the prices of the models that the own group may use; of the group `default` for who is not logged in.',
    answer: z.object({
      success: z.literal(true),
      message: z.literal(''),
      data: z.array(modelPricingSchema),
      group_ratio: z.record(z.string(), z.number()),
      usable_group: z.record(z.string(), z.string()),
    }),
  },
  groups: {
    method: 'get',
    path: '/api/user/groups',
    role: 'guest',
    summary: 'List the groups that the caller may use, with their ratios.',
    data: z.record(z.string(), groupOfferSchema),
  },
  ownGroups: {
    method: 'get',
    path: '/api/user/self/groups',
    role: 'common',
    summary: 'List the groups that the own account may use, with their ratios.',
    data: z.record(z.string(), groupOfferSchema),
  },
});
