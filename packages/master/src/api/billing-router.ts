import { billingRoutes } from '@turnpike/core/contract';
import type { BillingService } from '../services/billing-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/dashboard/billing` and `/v1/dashboard/billing`: the balance behind a client's key. */
export function createBillingRouter({ billing }: { billing: BillingService }): BoundRoute[] {
  return [
    bindRoute(billingRoutes.subscription, ({ caller }) => billing.subscription(caller)),
    bindRoute(billingRoutes.usage, ({ caller }) => billing.usage(caller)),
    bindRoute(billingRoutes.subscriptionV1, ({ caller }) => billing.subscription(caller)),
    bindRoute(billingRoutes.usageV1, ({ caller }) => billing.usage(caller)),
  ];
}
