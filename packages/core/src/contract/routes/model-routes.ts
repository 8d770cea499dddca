import { z } from 'zod';
import { defineRoutes } from '../route.ts';

/** What the built-in providers offer. */
export const modelRoutes = defineRoutes('model', {
  byChannelType: {
    method: 'get',
    path: '/api/models',
    role: 'common',
    summary: 'List the models of each type of channel; null where a type takes every model.',
    data: z.record(z.string(), z.array(z.string()).readonly().nullable()),
  },
});
