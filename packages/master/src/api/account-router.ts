import type { Clock, UserRepository } from '@turnpike/core';
import { accountRoutes } from '@turnpike/core/contract';
import type { AccountService } from '../services/account-service.ts';
import type { ModelService } from '../services/model-service.ts';
import type { QuotaService } from '../services/quota-service.ts';
import type { RedemptionService } from '../services/redemption-service.ts';
import { toUserJson } from './json/user-json.ts';
import type { Sessions } from './middleware/sessions.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface AccountRouterDeps {
  accounts: AccountService;
  models: ModelService;
  quotas: QuotaService;
  redemptions: RedemptionService;
  userRepository: Pick<UserRepository, 'findWithPassword'>;
  sessions: Sessions;
  clock: Clock;
}

/** `/api/user/self` and its neighbours: what everybody may do with the own account. */
export function createAccountRouter(deps: AccountRouterDeps): BoundRoute[] {
  const { accounts, models, quotas, redemptions, userRepository, sessions } = deps;
  return [
    bindRoute(accountRoutes.read, async ({ caller: { user } }) => {
      const must_change_password = await accounts.mustChangePassword(user);
      return { ...toUserJson(user, deps.clock.now()), must_change_password };
    }),
    bindRoute(accountRoutes.update, async ({ body, caller, request, response }) => {
      const hasNewPassword = await accounts.update(body, caller);
      if (!hasNewPassword || caller.via !== 'session') return;
      // A new password ends every session; the one that set it goes on.
      const found = await userRepository.findWithPassword(caller.user.id);
      if (found !== undefined)
        await sessions.begin(request, response, found.user, found.passwordHash);
    }),
    bindRoute(accountRoutes.remove, async ({ caller, request, response }) => {
      await accounts.remove(caller);
      await sessions.end(request, response);
    }),
    bindRoute(accountRoutes.rotateAccessToken, ({ caller }) => accounts.rotateAccessToken(caller)),
    bindRoute(accountRoutes.dashboard, ({ caller }) => accounts.dashboard(caller)),
    ...[accountRoutes.availableModels, accountRoutes.models].map((route) =>
      bindRoute(route, ({ caller }) => models.modelsOfGroup(caller.user.group)),
    ),
    bindRoute(accountRoutes.affCode, ({ caller }) => accounts.affCode(caller)),
    bindRoute(accountRoutes.topUp, ({ body, caller }) => redemptions.redeem(body.key, caller)),
    bindRoute(accountRoutes.quotaEntries, ({ query, caller }) =>
      quotas.listEntries(caller.user.id, query),
    ),
  ];
}
