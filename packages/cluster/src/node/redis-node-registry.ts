import type { NodeRegistry, NodeStatus } from '@turnpike/core';
import { z } from 'zod';
import { readRedisTime } from './clock-watch.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

const DAY_MS = 86_400_000;

const nodeStatus = z.object({
  nodeId: z.string(),
  role: z.enum(['master', 'slave']),
  version: z.string(),
  databaseId: z.string().optional(),
  at: z.number(),
  snapshotVersion: z.number(),
  journalBytes: z.number(),
  oldestUnacknowledgedAt: z.number(),
});

/** The nodes that were seen within a day, by their heartbeats in Redis. Older ones are forgotten while looking. */
export function createNodeRegistry(deps: { redis: RedisClient; keys: Keys }): NodeRegistry {
  const { redis, keys } = deps;
  return {
    async list() {
      const [found, now] = await Promise.all([redis.hgetall(keys.nodes), readRedisTime(redis)]);
      const nodes: NodeStatus[] = [];
      const gone: string[] = [];
      for (const [nodeId, text] of Object.entries(found)) {
        const status = readStatus(text);
        // What can not be read is of another version and none of our business.
        if (status === undefined) continue;
        if (status.at > now - DAY_MS) nodes.push(status);
        else gone.push(nodeId);
      }
      if (gone.length > 0) await redis.hdel(keys.nodes, ...gone);
      return nodes;
    },
  };
}

function readStatus(text: string): NodeStatus | undefined {
  try {
    return nodeStatus.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
