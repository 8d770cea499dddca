import type { LedgerBook, NodeRegistry, NodeStatus, UsageQueue } from '@turnpike/core';
import type { Redis } from 'ioredis';
import { readRedisTime } from '../node/clock-watch.ts';
import type { RedisClient } from '../redis/connect.ts';
import { isOwnKey, type Keys } from '../redis/keys.ts';
import { mastersOf } from '../redis/masters-of.ts';
import { parseHolder, toHolderText, type Holder } from './holder.ts';

const SCAN_COUNT = 1000;

/** What would be lost, or would go on, if Redis were given to a database. */
export interface Leftovers {
  /** Batches of usage that no master has taken. */
  usageBatches: number;
  /** Requests that are in flight, or whose charge the database has not taken. */
  openEntries: number;
  /** Nodes that live and work for another database, or do not say for which. */
  nodes: readonly NodeStatus[];
}

/** Gives Redis to a database, in place of the one that it belongs to. */
export interface TakeOver {
  /** Undefined: nobody has claimed it. */
  holder(): Promise<Holder | undefined>;
  /** What is there that is not of this database. */
  inspect(databaseId: string): Promise<Leftovers>;
  /**
   * Removes everything under the prefix, and claims it. Killed in the middle, nobody uses what is left, and it can be run
   * again. To be called where `inspect` finds no nodes: they would bring back what they know.
   */
  run(databaseId: string): Promise<void>;
}

export interface TakeOverDeps {
  redis: RedisClient;
  keys: Keys;
  keyPrefix: string;
  usageQueue: Pick<UsageQueue, 'counts'>;
  ledgerBook: Pick<LedgerBook, 'openEntries'>;
  nodes: NodeRegistry;
  /** `NODE_TIMEOUT`: a node not seen for this long is dead. Milliseconds. */
  nodeTimeoutMs: number;
}

export function createTakeOver(deps: TakeOverDeps): TakeOver {
  const { redis, keys, keyPrefix, usageQueue, ledgerBook, nodes, nodeTimeoutMs } = deps;

  return {
    async holder() {
      return parseHolder(await redis.get(keys.claim));
    },

    async inspect(databaseId) {
      const { waiting, active, delayed } = await usageQueue.counts();
      let openEntries = 0;
      for await (const page of ledgerBook.openEntries()) openEntries += page.length;
      const since = (await readRedisTime(redis)) - nodeTimeoutMs;
      const alive = (await nodes.list()).filter(({ at }) => at >= since);
      return {
        usageBatches: waiting + active + delayed,
        openEntries,
        nodes: alive.filter((node) => node.databaseId !== databaseId),
      };
    },

    async run(databaseId) {
      await redis.set(keys.claim, toHolderText({ databaseId, isTakingOver: true }));
      for (const server of mastersOf(redis)) await removeKeys(server);
      await redis.set(keys.claim, databaseId);
    },
  };

  async function removeKeys(server: Redis): Promise<void> {
    for (let cursor = '0'; ;) {
      const scan = await server.scan(cursor, 'MATCH', keys.anyPattern, 'COUNT', SCAN_COUNT);
      const found = scan[1].filter((key) => key !== keys.claim && isOwnKey(keyPrefix, key));
      // One by one: in a Redis Cluster they are in several slots.
      await Promise.all(found.map((key) => redis.unlink(key)));
      [cursor] = scan;
      if (cursor === '0') return;
    }
  }
}
