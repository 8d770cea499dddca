import type { Loss } from '@turnpike/core';
import type { RelayMetrics } from '../relay-metrics.ts';
import type { EncodedRequest } from './encoded-request.ts';
import type { InboundRequest } from './inbound-request.ts';

/** Counts what a request lost on its way to an upstream that speaks its own protocol. */
export function countOwnLosses(
  metrics: RelayMetrics,
  { family, operation }: InboundRequest,
  losses: readonly Loss[],
): void {
  const protocol = family ?? operation;
  for (const loss of losses) metrics.lossCounted(protocol, protocol, loss);
}

/** As {@link countOwnLosses}, for what is lost after the others were told. */
export function addOwnLosses(
  metrics: RelayMetrics,
  inbound: InboundRequest,
  encoded: EncodedRequest,
  losses: readonly Loss[],
): void {
  if (losses.length === 0) return;
  countOwnLosses(metrics, inbound, losses);
  encoded.losses = [...encoded.losses, ...losses];
}
