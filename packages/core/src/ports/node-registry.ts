/** What a node says of itself with each heartbeat. */
export interface NodeStatus {
  nodeId: string;
  role: 'master' | 'slave';
  version: string;
  /** Of the database that it works for. Older nodes do not say it, nor do those that do not know it yet. */
  databaseId?: string | undefined;
  /** Unix milliseconds of the heartbeat, by the clock that all nodes see. */
  at: number;
  snapshotVersion: number;
  journalBytes: number;
  /** Unix milliseconds; 0: every batch is acknowledged. */
  oldestUnacknowledgedAt: number;
}

/** The nodes of a cluster. */
export interface NodeRegistry {
  list(): Promise<readonly NodeStatus[]>;
}
