import { z } from 'zod';
import { defineRoutes } from '../route.ts';
import { allUsageDataQuerySchema, usageDataQuerySchema, usageDataSchema } from '../usage-data.ts';

/** Figures for charts. */
export const usageDataRoutes = defineRoutes('usageData', {
  all: {
    method: 'get',
    path: '/api/data/',
    role: 'admin',
    summary:
      "Add up one user's or everybody's consumption by hour or day and model; at most 366 days.",
    query: allUsageDataQuerySchema,
    data: z.array(usageDataSchema).readonly(),
  },
  own: {
    method: 'get',
    path: '/api/data/self',
    role: 'common',
    summary: 'Add up the own consumption by hour or day and model; at most 30 days.',
    query: usageDataQuerySchema,
    data: z.array(usageDataSchema).readonly(),
  },
});
