import type { AccountBatch } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';

/** Writes the records of users as the ledger does, without the care that it takes of balances. */
export function createRecordBook({ redis, keys }: { redis: RedisClient; keys: Keys }): {
  hydrate(accounts: AccountBatch): Promise<void>;
} {
  return {
    async hydrate({ users }) {
      for (const { id, username, role, status, group, limits, recordVersion } of users) {
        const record = { un: username, role, st: status, grp: group, rv: recordVersion };
        const lim = limits === undefined ? '' : JSON.stringify(limits);
        await redis.hset(keys.account(id), { ...record, lim });
      }
    },
  };
}
