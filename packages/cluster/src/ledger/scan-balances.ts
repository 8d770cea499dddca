import type { Balance } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { mastersOf } from '../redis/masters-of.ts';
import { ScriptSender } from '../redis/script-sender.ts';

const COUNT = 1000;

/** Balances of every loaded account, page by page. What changes while it is read may be missing or come twice. */
export async function* scanBalances(
  redis: RedisClient,
  keys: Keys,
): AsyncIterable<{ users: Balance[]; apiTokens: Balance[] }> {
  const kinds = [
    { kind: 'users', begin: 'acct' },
    { kind: 'apiTokens', begin: 'tok' },
  ] as const;
  for (const server of mastersOf(redis)) {
    for (const { kind, begin } of kinds) {
      let cursor = '0';
      do {
        const pattern = keys.accountPattern(begin);
        const [next, found] = await server.scan(cursor, 'MATCH', pattern, 'COUNT', COUNT);
        cursor = next;
        if (found.length === 0) continue;
        const page = { users: [] as Balance[], apiTokens: [] as Balance[] };
        page[kind] = await readBalances(redis, found);
        yield page;
      } while (cursor !== '0');
    }
  }
}

async function readBalances(redis: RedisClient, names: readonly string[]): Promise<Balance[]> {
  const reads: Promise<(string | null)[]>[] = [];
  new ScriptSender(redis).together(() => {
    for (const name of names) reads.push(redis.hmget(name, 'v', 'q'));
  });
  const values = await Promise.all(reads);
  return names.flatMap((name, index) => {
    const [version = null, quota = null] = values[index] ?? [];
    if (version === null || quota === null) return [];
    const id = Number(name.slice(name.lastIndexOf(':') + 1));
    return [{ id, quota: Number(quota), version: Number(version) }];
  });
}
