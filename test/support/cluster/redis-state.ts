import type { Cluster, Redis } from 'ioredis';

/** Where the cluster of a test keeps its keys. */
const keyPrefix = 'turnpike';
const buckets = 256;

export const queuePrefix = `{${keyPrefix}}`;
const bucketKey = (userId: number, rest: string): string =>
  `${keyPrefix}:{b:${userId % buckets}}:${rest}`;

/** What one account has in Redis. */
export interface AccountState {
  key: string;
  /** Undefined: not loaded. */
  version: number | undefined;
  quota: number;
  pending: number;
}

async function readAccount(redis: Redis | Cluster, key: string): Promise<AccountState> {
  const [version, quota, pending] = await redis.hmget(key, 'v', 'q', 'p');
  return {
    key,
    version: version == null ? undefined : Number(version),
    quota: Number(quota ?? 0),
    pending: Number(pending ?? 0),
  };
}

export const readUserState = (redis: Redis | Cluster, userId: number): Promise<AccountState> =>
  readAccount(redis, bucketKey(userId, `acct:${userId}`));

export const readTokenState = (
  redis: Redis | Cluster,
  userId: number,
  apiTokenId: number,
): Promise<AccountState> => readAccount(redis, bucketKey(userId, `tok:${apiTokenId}`));

/** Open entries of a user's bucket by request id, as they are stored. */
export function readOpenEntries(
  redis: Redis | Cluster,
  userId: number,
): Promise<Record<string, string>> {
  return redis.hgetall(bucketKey(userId, 'open'));
}

/** Jobs of a queue that are not finished, by where they are. */
export async function countJobs(
  redis: Redis | Cluster,
  queue = 'usage',
): Promise<Record<string, number>> {
  const key = (name: string): string => `${queuePrefix}:${queue}:${name}`;
  const lists = await Promise.all(
    ['wait', 'active', 'paused'].map(async (name) => [name, await redis.llen(key(name))] as const),
  );
  const sets = await Promise.all(
    ['delayed', 'prioritized', 'failed'].map(
      async (name) => [name, await redis.zcard(key(name))] as const,
    ),
  );
  return Object.fromEntries([...lists, ...sets]);
}

interface NodeHeartbeat {
  nodeId: string;
  at: number;
  oldestUnacknowledgedAt: number;
}

/** Nodes that said lately that they live. */
export async function readLiveNodes(
  redis: Redis | Cluster,
  withinMs = 3000,
): Promise<NodeHeartbeat[]> {
  const nodes = await redis.hgetall(`${keyPrefix}:nodes`);
  return Object.entries(nodes)
    .map(([nodeId, json]) => ({ ...(JSON.parse(json) as NodeHeartbeat), nodeId }))
    .filter(({ at }) => Date.now() - at < withinMs);
}
