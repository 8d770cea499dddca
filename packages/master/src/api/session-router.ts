import { managementErrors, roles, type RateLimiter } from '@turnpike/core';
import { loginSchema } from '@turnpike/core/contract';
import { Router, type RequestHandler } from 'express';
import type { MasterSettings } from '../master-deps.ts';
import type { CurrentOptions } from '../services/current-options.ts';
import type { PasswordHasher } from '../services/password-hasher.ts';
import { sendData } from './envelope.ts';
import { toPartialUserJson } from './json/user-json.ts';
import { limitRate } from './middleware/limit-rate.ts';
import type { PasswordLogin } from './middleware/password-login.ts';
import type { Sessions } from './middleware/sessions.ts';
import { parseBody } from './parse-input.ts';

export interface SessionRouterDeps {
  currentOptions: CurrentOptions;
  loginByPassword: PasswordLogin;
  passwords: PasswordHasher;
  sessions: Sessions;
  rateLimiter: RateLimiter;
  refuseCrossSite: RequestHandler;
  settings: Pick<MasterSettings, 'globalApiRateLimit'>;
}

/** Login by password, and logout. For everyone. */
export function createSessionRouter(deps: SessionRouterDeps): Router {
  const router = Router();
  const isLimited = deps.settings.globalApiRateLimit > 0;
  const limitCriticalRoutes = limitRate(deps.rateLimiter, {
    name: 'CT',
    count: isLimited ? 20 : 0,
    windowMs: 20 * 60_000,
  });

  router.post('/login', limitCriticalRoutes, async (request, response) => {
    parseBody(loginSchema, request); // the strategy reads the body again
    const options = await deps.currentOptions.read();
    if (!options.PasswordLoginEnabled) throw managementErrors.passwordLoginDisabled();
    const loggedIn = await deps.loginByPassword(request, response);
    if (loggedIn === undefined) throw managementErrors.loginRefused();

    const { user, passwordHash } = loggedIn;
    deps.sessions.begin(request, response, user.id, passwordHash);
    const mustChange =
      user.role === roles.root && (await deps.passwords.isFirstPassword(passwordHash));
    const { id, username, displayName: display_name, role, status } = user;
    const known = { id, username, display_name, role, status, must_change_password: mustChange };
    sendData(response, toPartialUserJson(known));
  });

  const logOut: RequestHandler = (request, response) => {
    deps.sessions.end(request, response);
    sendData(response);
  };
  router.get('/logout', deps.refuseCrossSite, logOut);
  router.post('/logout', logOut);

  return router;
}
