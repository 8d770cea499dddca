import cluster from 'node:cluster';

/**
 * What one of several processes of a node does: relay workers share the port, the control process of a master applies
 * usage and runs schedules, without a port.
 */
export type WorkerKind = 'relay' | 'control';

/** How the supervisor tells a process what it is. */
export const WORKER_VARIABLE = 'TURNPIKE_WORKER';

/** What the process is to the supervisor that started it; undefined where it stands alone, or is the supervisor. */
export function workerKindOf(value: string | undefined): WorkerKind | undefined {
  if (!cluster.isWorker) return undefined;
  return value === 'control' ? 'control' : 'relay';
}
