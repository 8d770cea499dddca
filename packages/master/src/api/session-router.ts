import { managementErrors, roles } from '@turnpike/core';
import { sessionRoutes } from '@turnpike/core/contract';
import type { CurrentOptions } from '../services/current-options.ts';
import type { PasswordHasher } from '../services/password-hasher.ts';
import { toPartialUserJson } from './json/user-json.ts';
import type { PasswordLogin } from './middleware/password-login.ts';
import type { Sessions } from './middleware/sessions.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface SessionRouterDeps {
  currentOptions: CurrentOptions;
  loginByPassword: PasswordLogin;
  passwords: PasswordHasher;
  sessions: Sessions;
}

/** Login by password, and logout. For everyone. */
export function createSessionRouter(deps: SessionRouterDeps): BoundRoute[] {
  return [
    // The strategy reads the body again.
    bindRoute(sessionRoutes.login, async ({ request, response }) => {
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
      return toPartialUserJson(known);
    }),
    bindRoute(sessionRoutes.logout, ({ request, response }) => {
      deps.sessions.end(request, response);
    }),
  ];
}
