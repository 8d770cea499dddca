import type { CanonicalRequest, ResponseStore } from '@turnpike/core';
import type { InboundRequest } from '../pipeline/inbound-request.ts';
import { isKept } from './is-kept.ts';

/** A request as its answer repeats it: whether the answer is kept here, and what it goes on from. */
export function echoRequest(
  store: ResponseStore,
  inbound: InboundRequest,
  request: CanonicalRequest,
): CanonicalRequest {
  if (inbound.operation !== 'responses') return request;
  const previousId = inbound.history?.previousId;
  return {
    ...request,
    state: {
      ...request.state,
      store: isKept(store, inbound),
      ...(previousId !== undefined && { previousId }),
    },
  };
}
