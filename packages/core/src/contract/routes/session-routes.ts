import { defineRoutes } from '../route.ts';
import { loginSchema, userSchema } from '../user.ts';

/** Login by password, and logout. */
export const sessionRoutes = defineRoutes('session', {
  login: {
    method: 'post',
    path: '/api/user/login',
    role: 'guest',
    limiter: 'critical',
    summary: 'Log in by name or e-mail address and password; sets the session cookie.',
    body: loginSchema,
    data: userSchema,
  },
  logout: {
    method: 'get',
    path: '/api/user/logout',
    role: 'guest',
    alsoPost: true,
    summary: 'End the session.',
  },
  endAll: {
    method: 'delete',
    path: '/api/user/self/sessions',
    role: 'common',
    summary: 'End all sessions of the own account, this one too.',
  },
});
