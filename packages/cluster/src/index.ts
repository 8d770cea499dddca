export { openInProcessCluster } from './in-process-cluster.ts';
export type { InProcessCluster } from './in-process-cluster.ts';
export { openRedisCluster } from './redis-cluster.ts';
export type { RedisCluster, RedisClusterDeps, RedisClusterSettings } from './redis-cluster.ts';
export type { ResponseStoreLimits } from './response-store/in-process-response-store.ts';
