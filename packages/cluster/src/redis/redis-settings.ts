/** Where Redis is and how long to wait for it. */
export interface RedisSettings {
  /** REDIS_CONN_STRING: a URL, or several addresses separated by commas: nodes of a Redis Cluster, or sentinels where `masterName` is given. */
  address: string;
  /** REDIS_MASTER_NAME: what the sentinels call it. */
  masterName?: string;
  /** REDIS_PASSWORD: wins over the addresses'. */
  password?: string;
  /** Begins every key. */
  keyPrefix: string;
  /** What serves requests gives up on a command after this. */
  commandTimeoutMs: number;
}
