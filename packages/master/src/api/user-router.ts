import type { Clock, User } from '@turnpike/core';
import { userRoutes, type UserJson } from '@turnpike/core/contract';
import type { QuotaService } from '../services/quota-service.ts';
import type { UserEditService } from '../services/user-edit-service.ts';
import type { UserService } from '../services/user-service.ts';
import { toPartialUserJson, toUserJson } from './json/user-json.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface UserRouterDeps {
  users: UserService;
  userEdits: UserEditService;
  quotas: QuotaService;
  clock: Clock;
}

/** `/api/user`: accounts, for administrators over those below them; `/api/topup`: quota for any account. */
export function createUserRouter(deps: UserRouterDeps): BoundRoute[] {
  const { users, userEdits, quotas, clock } = deps;
  const toJson = (user: User): UserJson => toUserJson(user, clock.now());
  return [
    bindRoute(userRoutes.list, async ({ query }) => mapPage(await users.list(query), toJson)),
    bindRoute(userRoutes.search, async ({ query }) => mapPage(await users.search(query), toJson)),
    bindRoute(userRoutes.read, async ({ params, caller }) =>
      toJson(await users.read(params.id, caller)),
    ),
    bindRoute(userRoutes.create, ({ body, caller }) => users.create(body, caller)),
    bindRoute(userRoutes.update, ({ body, caller, ifVersion }) =>
      userEdits.update(body, caller, ifVersion),
    ),
    bindRoute(userRoutes.manage, async ({ body, caller }) => {
      const { role, status } = await userEdits.manage(body, caller);
      return toPartialUserJson({ role, status });
    }),
    bindRoute(userRoutes.remove, ({ params, caller }) => users.remove(params.id, caller)),
    bindRoute(userRoutes.quotaEntries, async ({ params, query, caller }) => {
      const { id } = await users.read(params.id, caller);
      return quotas.listEntries(id, query);
    }),
    bindRoute(userRoutes.topUp, ({ body, caller }) => quotas.topUp(body, caller)),
  ];
}
