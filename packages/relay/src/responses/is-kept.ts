import type { ResponseStore } from '@turnpike/core';
import type { InboundRequest } from '../pipeline/inbound-request.ts';

/** Whether the answer to a request will be kept: the client may ask that it is not. */
export function isKept(store: ResponseStore, { operation, body }: InboundRequest): boolean {
  if (!store.isOpen || operation !== 'responses' || body.kind !== 'json') return false;
  return body.probe.scalar(body.probe.last('store')) !== false;
}
