import { defineRoutes } from '../route.ts';
import { setupSchema, setupStateSchema } from '../setup.ts';

/** The first steps of a new installation. */
export const setupRoutes = defineRoutes('setup', {
  read: {
    method: 'get',
    path: '/api/setup',
    role: 'guest',
    summary: 'Tell whether this installation still has its first password.',
    data: setupStateSchema,
  },
  finish: {
    method: 'post',
    path: '/api/setup',
    role: 'guest',
    limiter: 'critical',
    summary: 'Name the first administrator and set the password, as long as it is the first one.',
    body: setupSchema,
  },
});
