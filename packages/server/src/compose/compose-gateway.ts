import type { WorkerKind } from '../workers/worker-process.ts';
import type { ComposeDeps, Gateway } from './gateway.ts';

/** Puts the gateway together as its settings want it. Redis is only loaded where there is one. */
export async function composeGateway(
  deps: ComposeDeps & { kind: WorkerKind | undefined },
): Promise<Gateway> {
  if (deps.settings.role === 'standalone') {
    const { composeStandalone } = await import('./compose-standalone.ts');
    return composeStandalone(deps);
  }
  const { composeCluster } = await import('./compose-cluster.ts');
  return composeCluster(deps);
}
