import type { RedisClient } from './connect.ts';

/**
 * Tells when what is behind a connection may have become another: it was made again, or a node of the Redis Cluster
 * went. A failover always does one of both.
 */
export function onReconnect(client: RedisClient, handle: () => void): void {
  client.on('ready', handle);
  client.on('-node', handle);
}
