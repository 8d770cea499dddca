import { z } from 'zod';
import { dayStatSchema } from '../request-log.ts';
import { quotaEntryListQuerySchema, quotaEntrySchema } from '../quota-entry.ts';
import { redeemSchema } from '../redemption.ts';
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
  models: {
    method: 'get',
    path: '/api/user/models',
    role: 'common',
    summary: 'The same as `/api/user/available_models`, under the name that New API gave it.',
    data: z.array(z.string()).readonly(),
  },
  affCode: {
    method: 'get',
    path: '/api/user/aff',
    role: 'common',
    summary: 'Read the own invitation code; one is made where there is none.',
    data: z.string(),
  },
  topUp: {
    method: 'post',
    path: '/api/user/topup',
    role: 'common',
    summary: 'Redeem a code and tell the quota that it added.',
    body: redeemSchema,
    data: z.int(),
  },
  quotaEntries: {
    method: 'get',
    path: '/api/user/self/quota-entries',
    role: 'common',
    summary: 'List every change of the own balance that is not usage, newest first.',
    query: quotaEntryListQuerySchema,
    rows: quotaEntrySchema,
  },
});
