/** Where Redis is and how long to wait for it. */
export interface RedisSettings {
  /** A URL, or several addresses separated by commas: nodes of a Redis Cluster, or sentinels where `masterName` is given. */
  address: string;
  masterName?: string;
  /** Of a Sentinel's master; wins over the address's. */
  password?: string;
  /** Begins every key. */
  keyPrefix: string;
  /** What serves requests gives up on a command after this. */
  commandTimeoutMs: number;
}
