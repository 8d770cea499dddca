import type { ApiToken, Clock } from '@turnpike/core';
import {
  apiTokenRoutes,
  apiTokenStatusSchema,
  apiTokenUpdateSchema,
  type ApiTokenJson,
} from '@turnpike/core/contract';
import type { ApiTokenService } from '../services/api-token-service.ts';
import { toApiTokenJson } from './json/api-token-json.ts';
import { parseInput } from './parse-input.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

export interface ApiTokenRouterDeps {
  apiTokens: ApiTokenService;
  clock: Clock;
}

/** `/api/token`: the caller's own API tokens. */
export function createApiTokenRouter({ apiTokens, clock }: ApiTokenRouterDeps): BoundRoute[] {
  const toJson = (token: ApiToken): ApiTokenJson => toApiTokenJson(token, clock.now());
  return [
    bindRoute(apiTokenRoutes.list, async ({ query, caller }) =>
      mapPage(await apiTokens.list(query, caller), toJson),
    ),
    bindRoute(apiTokenRoutes.search, async ({ query, caller }) =>
      mapPage(await apiTokens.search(query, caller), toJson),
    ),
    bindRoute(apiTokenRoutes.read, async ({ params, caller }) =>
      toJson(await apiTokens.find(params.id, caller)),
    ),
    bindRoute(apiTokenRoutes.create, async ({ body, caller }) =>
      toJson(await apiTokens.create(body, caller)),
    ),
    bindRoute(apiTokenRoutes.update, async ({ query, body, caller, ifVersion }) => {
      if (query.status_only === '') return toJson(await apiTokens.update(body, caller, ifVersion));
      const { id, status } = parseInput(statusOnlySchema, body);
      return toJson(await apiTokens.setStatus(id, status, caller));
    }),
    bindRoute(apiTokenRoutes.remove, ({ params, caller }) => apiTokens.remove(params.id, caller)),
  ];
}

const statusOnlySchema = apiTokenUpdateSchema
  .pick({ id: true })
  .extend({ status: apiTokenStatusSchema });
