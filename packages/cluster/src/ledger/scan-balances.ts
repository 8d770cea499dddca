import type { Balance } from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { mastersOf } from '../redis/masters-of.ts';
import type { Redis } from 'ioredis';

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
        page[kind] = await readBalances(server, found);
        yield page;
      } while (cursor !== '0');
    }
  }
}

async function readBalances(server: Redis, names: readonly string[]): Promise<Balance[]> {
  const pipeline = server.pipeline();
  for (const name of names) pipeline.hmget(name, 'v', 'q');
  const answers = (await pipeline.exec()) ?? [];
  return names.flatMap((name, index) => {
    const [error, values] = answers[index] ?? [];
    if (error) throw error;
    const [version, quota] = values as (string | null)[];
    if (version == null || quota == null) return [];
    const id = Number(name.slice(name.lastIndexOf(':') + 1));
    return [{ id, quota: Number(quota), version: Number(version) }];
  });
}
