/** A Redis Cluster of three masters without replicas, of its own in `folder`; `url` has their addresses, separated by commas. */
export function startRedisCluster(folder: string): Promise<{
  url: string;
  stop: () => Promise<void>;
  /** Ends all nodes with SIGKILL. */
  kill: () => Promise<void>;
  /** Starts them again, and waits until they agree. */
  start: () => Promise<void>;
}>;
