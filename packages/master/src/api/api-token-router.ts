import {
  apiTokenRoutes,
  apiTokenStatusSchema,
  apiTokenUpdateSchema,
} from '@turnpike/core/contract';
import type { ApiTokenService } from '../services/api-token-service.ts';
import { toApiTokenJson } from './json/api-token-json.ts';
import { parseInput } from './parse-input.ts';
import { mapPage } from '../services/to-page-query.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/token`: the caller's own API tokens. */
export function createApiTokenRouter({ apiTokens }: { apiTokens: ApiTokenService }): BoundRoute[] {
  return [
    bindRoute(apiTokenRoutes.list, async ({ query, caller }) =>
      mapPage(await apiTokens.list(query, caller), toApiTokenJson),
    ),
    bindRoute(apiTokenRoutes.search, async ({ query, caller }) =>
      (await apiTokens.search(query.keyword, caller)).map(toApiTokenJson),
    ),
    bindRoute(apiTokenRoutes.read, async ({ params, caller }) =>
      toApiTokenJson(await apiTokens.find(params.id, caller)),
    ),
    bindRoute(apiTokenRoutes.create, async ({ body, caller }) =>
      toApiTokenJson(await apiTokens.create(body, caller)),
    ),
    bindRoute(apiTokenRoutes.update, async ({ query, body, caller, ifVersion }) => {
      if (query.status_only === '')
        return toApiTokenJson(await apiTokens.update(body, caller, ifVersion));
      const { id, status } = parseInput(statusOnlySchema, body);
      return toApiTokenJson(await apiTokens.setStatus(id, status, caller));
    }),
    bindRoute(apiTokenRoutes.remove, ({ params, caller }) => apiTokens.remove(params.id, caller)),
  ];
}

const statusOnlySchema = apiTokenUpdateSchema
  .pick({ id: true })
  .extend({ status: apiTokenStatusSchema });
