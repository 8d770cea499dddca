/** What nodes share by way of Redis. */
export { openRedisCluster } from './redis-cluster.ts';
export type { RedisCluster, RedisClusterDeps, RedisClusterSettings } from './redis-cluster.ts';
export type { ResponseStoreLimits } from './response-store/in-process-response-store.ts';
