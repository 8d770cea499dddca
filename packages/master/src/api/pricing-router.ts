import type { User } from '@turnpike/core';
import { pricingRoutes } from '@turnpike/core/contract';
import type { Request } from 'express';
import type { PricingService } from '../services/pricing-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/pricing` and the groups: what things cost, for everyone as far as it concerns them. */
export function createPricingRouter({ pricing }: { pricing: PricingService }): BoundRoute[] {
  return [
    bindRoute(pricingRoutes.list, async ({ request }) => ({
      success: true as const,
      message: '' as const,
      ...(await pricing.list(callerIfAny(request))),
    })),
    bindRoute(pricingRoutes.groups, ({ request }) => pricing.groups(callerIfAny(request))),
    bindRoute(pricingRoutes.ownGroups, ({ caller }) => pricing.groups(caller.user)),
  ];
}

/** Who could not prove who they are is told what everybody is told. */
function callerIfAny({ authentication }: Request): User | undefined {
  return authentication !== undefined && 'caller' in authentication
    ? authentication.caller.user
    : undefined;
}
