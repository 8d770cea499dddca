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

/** Providers that have such a wire for any operation: asked for each request, so that nearly all are done at once. */
const ownWireProviders: ReadonlySet<string> = new Set(
  bridges.flatMap(({ from, to, providerId = '' }) => (from === to ? providerId : [])),
);

/** Whether a bridge leads to a wire that a provider has of its own for the very same operation. */
export function hasOwnBridge(operation: Operation, provider: Provider): boolean {
  return (
    ownWireProviders.has(provider.id) &&
    bridges.some(
      ({ from, to, providerId }) =>
        from === operation && to === operation && providerId === provider.id,
    )
  );
}
