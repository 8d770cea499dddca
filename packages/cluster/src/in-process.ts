/** What one process shares with nobody. Loads neither Redis nor queues: they would be a tenth of its memory. */
export { openInProcessCluster } from './in-process-cluster.ts';
export type { InProcessCluster } from './in-process-cluster.ts';
