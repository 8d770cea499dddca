import { userRoutes } from '@turnpike/core/contract';
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
}

/** `/api/user`: accounts, for administrators over those below them; `/api/topup`: quota for any account. */
export function createUserRouter({ users, userEdits, quotas }: UserRouterDeps): BoundRoute[] {
  return [
    bindRoute(userRoutes.list, async ({ query }) => mapPage(await users.list(query), toUserJson)),
    bindRoute(userRoutes.search, async ({ query }) =>
      (await users.search(query.keyword)).map(toUserJson),
    ),
    bindRoute(userRoutes.read, async ({ params, caller }) =>
      toUserJson(await users.read(params.id, caller)),
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
