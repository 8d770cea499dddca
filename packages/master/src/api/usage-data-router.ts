import { usageDataRoutes } from '@turnpike/core/contract';
import type { UsageDataService } from '../services/usage-data-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/data`: figures for charts. */
export function createUsageDataRouter({
  usageData,
}: {
  usageData: UsageDataService;
}): BoundRoute[] {
  return [
    bindRoute(usageDataRoutes.all, ({ query }) => usageData.all(query)),
    bindRoute(usageDataRoutes.own, ({ query, caller }) => usageData.own(query, caller)),
  ];
}
