import type { Operation } from '@turnpike/core';
import type { Provider } from '../codec.ts';
import type { OperationBridge } from '../translation.ts';
import { embeddingBridges } from './embeddings/embedding-bridges.ts';

/** The ways from a client's operation to an upstream's that is no conversation. */
const bridges: readonly OperationBridge[] = [...embeddingBridges];

/** The bridges that lead from an operation to this provider, those made for it first. */
export function findBridges(operation: Operation, provider: Provider): readonly OperationBridge[] {
  const fitting = bridges.filter(
    ({ from, providerId }) =>
      from === operation && (providerId === undefined || providerId === provider.id),
  );
  return fitting.sort(
    (a, b) => Number(a.providerId === undefined) - Number(b.providerId === undefined),
  );
}

/** Whether a provider answers an operation in a wire of its own, although it has an address for it. */
export function hasOwnWire(operation: Operation, provider: Provider): boolean {
  return bridges.some(
    ({ from, to, providerId }) =>
      from === operation && to === operation && providerId === provider.id,
  );
}
