import { managementErrors, type SessionRepository } from '@turnpike/core';
import { sessionRoutes } from '@turnpike/core/contract';
import type { CurrentOptions } from '../services/current-options.ts';
import type { LogIn } from './log-in.ts';
import type { LoginGuard } from './middleware/login-guard.ts';
import type { PasswordLogin } from './middleware/password-login.ts';
import type { Sessions } from './middleware/sessions.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface SessionRouterDeps {
  currentOptions: CurrentOptions;
  loginByPassword: PasswordLogin;
  loginGuard: LoginGuard;
  logIn: LogIn;
  sessions: Sessions;
  sessionRepository: Pick<SessionRepository, 'endAll'>;
}

/** Login by password, and logout. For everyone. */
export function createSessionRouter(deps: SessionRouterDeps): BoundRoute[] {
  const { loginGuard } = deps;
  return [
    // The strategy reads the body again.
    bindRoute(sessionRoutes.login, async ({ body, request, response }) => {
      const options = await deps.currentOptions.read();
      if (!options.PasswordLoginEnabled) throw managementErrors.passwordLoginDisabled();
      await loginGuard.admit(body.username, request);
      const loggedIn = await deps.loginByPassword(request, response);
      if (loggedIn === undefined) throw managementErrors.loginRefused();
      // The session's cookie goes first: simple clients look at no other.
      const user = await deps.logIn(request, response, loggedIn);
      await loginGuard.welcome(body.username, request, response);
      return user;
    }),
    bindRoute(sessionRoutes.logout, async ({ request, response }) => {
      await deps.sessions.end(request, response);
    }),
    bindRoute(sessionRoutes.endAll, async ({ caller, request, response }) => {
      await deps.sessionRepository.endAll(caller.user.id);
      await deps.sessions.end(request, response);
    }),
  ];
}
