/** A Redis Cluster of three masters without replicas, of its own in `folder`; `url`: its addresses, separated by commas. */
export function startRedisCluster(
  folder: string,
): Promise<{ url: string; stop: () => Promise<void> }>;
