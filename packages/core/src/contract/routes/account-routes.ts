import { z } from 'zod';
import { dayStatSchema } from '../request-log.ts';
import { defineRoutes } from '../route.ts';
import { accountUpdateSchema, userSchema } from '../user.ts';

/** What everybody may do with the own account. */
export const accountRoutes = defineRoutes('account', {
  read: {
    method: 'get',
    path: '/api/user/self',
    role: 'common',
    summary: 'Read the own account.',
    data: userSchema,
  },
  update: {
    method: 'put',
    path: '/api/user/self',
    role: 'common',
    summary: 'Change name, password or display name. A new password ends all other sessions.',
    body: accountUpdateSchema,
  },
  remove: {
    method: 'delete',
    path: '/api/user/self',
    role: 'common',
    summary: 'Delete the own account. Not for root.',
  },
  rotateAccessToken: {
    method: 'get',
    path: '/api/user/token',
    role: 'common',
    alsoPost: true,
    summary: 'Make a new access token for this API; the old one is gone.',
    data: z.string(),
  },
  dashboard: {
    method: 'get',
    path: '/api/user/dashboard',
    role: 'common',
    summary: 'Sum the own consumption by day and model over the last 7 UTC days.',
    data: z.array(dayStatSchema).readonly(),
  },
  availableModels: {
    method: 'get',
    path: '/api/user/available_models',
    role: 'common',
    summary: 'List the models that the own group may use.',
    data: z.array(z.string()).readonly(),
  },
});
