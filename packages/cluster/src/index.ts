export { openInProcessCluster } from './in-process-cluster.ts';
export type { InProcessCluster } from './in-process-cluster.ts';
