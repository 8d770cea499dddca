import { refundRoutes } from '@turnpike/core/contract';
import type { RefundRequest } from '../services/refund-service.ts';
import { bindRoute, type BoundRoute } from './routing/bind-route.ts';

/** `/api/log/:requestId/refund`. */
export function createRefundRouter({
  refundRequest,
}: {
  refundRequest: RefundRequest;
}): BoundRoute[] {
  return [
    bindRoute(refundRoutes.create, ({ params, caller }) => refundRequest(params.requestId, caller)),
  ];
}
