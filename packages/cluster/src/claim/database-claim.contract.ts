import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger, type NodeStatus, type OpenEntry } from '@turnpike/core';
import { createNodeRegistry } from '../node/redis-node-registry.ts';
import { openTestRedis, type TestRedis } from '../testing/open-test-redis.ts';
import { createDatabaseClaim, type DatabaseClaim } from './database-claim.ts';
import type { ClaimingDatabase } from './holder.ts';
import { createTakeOver, type TakeOver } from './take-over.ts';

const makeDatabase = (description: string): ClaimingDatabase => ({ id: randomUUID(), description });

/** What holds of the claim, on any kind of Redis. */
export function describeDatabaseClaim(name: string, openRedis = openTestRedis): void {
  describe(`the claim of a database (${name})`, () => {
    let test: TestRedis;
    let ours: ClaimingDatabase;
    let theirs: ClaimingDatabase;
    beforeEach(async () => {
      test = await openRedis();
      ours = makeDatabase('PostgreSQL ours');
      theirs = makeDatabase('MySQL theirs');
    });
    afterEach(() => test.close());

    /** Another process. */
    const openClaim = (): DatabaseClaim => {
      const { redis, keys, prefix } = test;
      return createDatabaseClaim({ redis, keys, keyPrefix: prefix, logger: silentLogger });
    };

    async function openHeld(database = ours): Promise<DatabaseClaim> {
      const claim = openClaim();
      await claim.hold(database);
      return claim;
    }

    it('is that of the first; all with the same database go on, and another one is told both ids and what to do', async () => {
      await openHeld();
      const second = await openHeld();
      expect([second.isHeld, second.obstacle, second.databaseId]).toEqual([
        true,
        undefined,
        ours.id,
      ]);

      const other = openClaim();
      const refusal: unknown = await other.hold(theirs).catch((error: unknown) => error);
      const text = (refusal as Error).message;
      for (const part of [
        'REDIS_CONN_STRING',
        `REDIS_KEY_PREFIX ${test.prefix}`,
        ours.id.slice(0, 8),
        theirs.id.slice(0, 8),
        'MySQL theirs',
        'turnpike rebuild-redis',
      ])
        expect(text).toContain(part);
      expect(other.isHeld).toBe(false);
      expect(other.obstacle).toContain(ours.id.slice(0, 8));
      await second.requireOurs();
      expect(await test.redis.get(test.keys.claim)).toBe(ours.id);
    });

    it('is one database’s, however many begin at the same time', async () => {
      const claims = Array.from({ length: 20 }, (_, index) => ({
        claim: openClaim(),
        database: index % 2 === 0 ? ours : theirs,
      }));
      const outcomes = await Promise.allSettled(
        claims.map(({ claim, database }) => claim.hold(database)),
      );
      const winners = claims.filter((_, index) => outcomes[index]?.status === 'fulfilled');
      expect(winners).toHaveLength(10);
      expect(new Set(winners.map(({ database }) => database.id)).size).toBe(1);
    });

    it('is made again where Redis lost it', async () => {
      const claim = await openHeld();
      const changes: boolean[] = [];
      claim.onChange((isHeld) => void changes.push(isHeld));
      await test.redis.del(test.keys.claim);
      expect(await claim.look()).toBe(true);
      expect(await test.redis.get(test.keys.claim)).toBe(ours.id);
      await test.redis.del(test.keys.claim);
      await claim.requireOurs();
      expect(await test.redis.get(test.keys.claim)).toBe(ours.id);
      expect(changes).toEqual([]);
    });

    it('tells who had it when it is another’s, and when it is theirs again', async () => {
      const claim = await openHeld();
      const changes: boolean[] = [];
      claim.onChange((isHeld) => void changes.push(isHeld));
      await test.redis.set(test.keys.claim, theirs.id);

      await expect(claim.requireOurs()).rejects.toThrow(theirs.id.slice(0, 8));
      expect(await claim.look()).toBe(false);
      expect(claim.obstacle).toContain(theirs.id.slice(0, 8));
      expect(await test.redis.get(test.keys.claim)).toBe(theirs.id);
      await test.redis.set(test.keys.claim, ours.id);
      expect(await claim.look()).toBe(true);
      expect(claim.obstacle).toBeUndefined();
      expect(changes).toEqual([false, true]);
    });

    it('is never made by a node without a database, which serves nobody after it went to another', async () => {
      const slave = openClaim();
      expect(await slave.look()).toBe(true);
      expect(await test.redis.exists(test.keys.claim)).toBe(0);
      await expect(slave.requireOurs()).rejects.toThrow('without a database');

      await openHeld();
      expect([await slave.look(), slave.databaseId, slave.isHeld]).toEqual([true, ours.id, false]);
      await test.redis.del(test.keys.claim);
      expect(await slave.look()).toBe(true);
      expect(await test.redis.exists(test.keys.claim)).toBe(0);
      await openHeld(theirs);
      expect(await slave.look()).toBe(false);
      expect(slave.obstacle).toContain(theirs.id.slice(0, 8));
    });

    describe('when it is taken over', () => {
      let counts: { waiting: number; active: number; delayed: number; oldestMs: number };
      let entries: OpenEntry[];
      let takeOver: TakeOver;
      beforeEach(() => {
        counts = { waiting: 0, active: 0, delayed: 0, oldestMs: 0 };
        entries = [];
        const { redis, keys, prefix } = test;
        takeOver = createTakeOver({
          ...{ redis, keys, keyPrefix: prefix, nodeTimeoutMs: 10_000 },
          usageQueue: { counts: async () => counts },
          ledgerBook: {
            async *openEntries() {
              yield entries;
            },
          },
          nodes: createNodeRegistry({ redis, keys }),
        });
      });

      const writeNode = (fields: Partial<NodeStatus>): Promise<number> => {
        const status: NodeStatus = {
          ...{ nodeId: randomUUID(), role: 'slave', version: '1.0.0', at: Date.now() },
          ...{ snapshotVersion: 1, journalBytes: 0, oldestUnacknowledgedAt: 0 },
          ...fields,
        };
        return test.redis.hset(test.keys.nodes, status.nodeId, JSON.stringify(status));
      };

      it('says what is there of the other: usage, and nodes that live and are not of this database', async () => {
        counts = { waiting: 1, active: 2, delayed: 4, oldestMs: 0 };
        entries = [{} as OpenEntry, {} as OpenEntry];
        await writeNode({ nodeId: 'theirs', databaseId: theirs.id });
        await writeNode({ nodeId: 'ours', databaseId: ours.id });
        await writeNode({ nodeId: 'of an older version' });
        await writeNode({ nodeId: 'dead', databaseId: theirs.id, at: Date.now() - 20_000 });

        const { nodes, ...usage } = await takeOver.inspect(ours.id);
        expect(usage).toEqual({ usageBatches: 7, openEntries: 2 });
        expect(nodes.map(({ nodeId }) => nodeId).sort()).toEqual(['of an older version', 'theirs']);
      });

      it('is emptied of everything of this prefix, and of nothing else', async () => {
        const { redis, prefix } = test;
        await openHeld(theirs);
        const own = [
          `${prefix}:{b:7}:open`,
          `${prefix}:cfg`,
          `${prefix}:key:${'a'.repeat(64)}`,
          `{${prefix}:directory}:hashes`,
          `{${prefix}:events}:count`,
          `{${prefix}}:usage:wait`,
        ];
        const others = [`${prefix}-2:cfg`, `${prefix}:2:cfg`, `{${prefix}-2}:usage:wait`];
        for (const key of [...own, ...others]) await redis.set(key, '1');

        await takeOver.run(ours.id);
        const left = await Promise.all([...own, ...others].map((key) => redis.exists(key)));
        for (const key of others) await redis.del(key);
        expect(left).toEqual([...own.map(() => 0), ...others.map(() => 1)]);
        expect(await takeOver.holder()).toEqual({ databaseId: ours.id, isTakingOver: false });
        await openHeld();
        await expect(openHeld(theirs)).rejects.toThrow(ours.id.slice(0, 8));
      });

      it('is nobody’s while that goes on', async () => {
        await test.redis.set(test.keys.claim, `taking-over:${ours.id}`);
        for (const database of [ours, theirs])
          await expect(openHeld(database)).rejects.toThrow('has not come to its end');
        expect(await takeOver.holder()).toEqual({ databaseId: ours.id, isTakingOver: true });
        await takeOver.run(ours.id);
        await openHeld();
      });
    });
  });
}
