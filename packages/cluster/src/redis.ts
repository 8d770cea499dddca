/** What nodes share by way of Redis. */
export { openRedisCluster } from './redis-cluster.ts';
export type { RedisCluster, RedisClusterDeps, RedisClusterSettings } from './redis-cluster.ts';
export type { DatabaseClaim } from './claim/database-claim.ts';
export { shortId } from './claim/holder.ts';
export type { ClaimingDatabase, Holder } from './claim/holder.ts';
export type { Leftovers, TakeOver } from './claim/take-over.ts';
export type { ResponseStoreLimits } from './response-store/in-process-response-store.ts';
