import { redemptionRoutes, redemptionStatusSchema } from '@turnpike/core/contract';
import { mapPage } from '../services/to-page-query.ts';
import type { RedemptionService } from '../services/redemption-service.ts';
import { toRedemptionJson } from './json/redemption-json.ts';
import { parseInput } from './parse-input.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/redemption`: codes that are worth quota. */
export function createRedemptionRouter({
  redemptions,
}: {
  redemptions: RedemptionService;
}): BoundRoute[] {
  return [
    bindRoute(redemptionRoutes.list, async ({ query }) =>
      mapPage(await redemptions.list(query), toRedemptionJson),
    ),
    bindRoute(redemptionRoutes.search, async ({ query }) =>
      mapPage(await redemptions.search(query), toRedemptionJson),
    ),
    bindRoute(redemptionRoutes.read, async ({ params }) =>
      toRedemptionJson(await redemptions.find(params.id)),
    ),
    bindRoute(redemptionRoutes.create, ({ body, caller }) => redemptions.create(body, caller)),
    bindRoute(redemptionRoutes.update, async ({ query, body, caller }) => {
      if (query.status_only === '') return toRedemptionJson(await redemptions.update(body, caller));
      const { id, status } = parseInput(redemptionStatusSchema, body);
      return toRedemptionJson(await redemptions.setStatus(id, status, caller));
    }),
    bindRoute(redemptionRoutes.batch, ({ body, caller }) => redemptions.batch(body, caller)),
    bindRoute(redemptionRoutes.removeSpent, ({ caller }) => redemptions.removeSpent(caller)),
    bindRoute(redemptionRoutes.remove, ({ params, caller }) =>
      redemptions.remove(params.id, caller),
    ),
  ];
}
