import type { BusEvents, Chore, ConfigBus } from '@turnpike/core';
import { RedisAccountDirectory } from '../account-directory/redis-account-directory.ts';
import { makeBatch } from '../testing/make-accounts.ts';
import { openTestRedis } from '../testing/open-test-redis.ts';
import { createRecordBook } from '../testing/record-book.ts';
import { RedisTokenDirectory } from './redis-token-directory.ts';
import type { TokenDirectoryHarness } from './token-directory.contract.ts';

/** A bus on which the test says what every node hears. */
function createFakeBus() {
  const handlers = new Set<(change: BusEvents['accounts-changed']) => void>();
  const subscribe: ConfigBus['subscribe'] = (_name, handler) => {
    const taken = handler as (change: BusEvents['accounts-changed']) => void;
    handlers.add(taken);
    return () => void handlers.delete(taken);
  };
  return {
    subscribe,
    handlers,
    tell(change: BusEvents['accounts-changed']) {
      for (const handler of handlers) handler(change);
    },
  };
}

/** @param address of the Redis; the tests' shared one where left out */
export async function openHarness(address?: string) {
  const test = await openTestRedis(address);
  const accounts = new RedisAccountDirectory({ ...test, ledgerBook: createRecordBook(test) });
  const bus = createFakeBus();
  const chores: Chore[] = [];
  const time = { now: 1_790_000_000_000 };
  let lookUps = 0;
  // Counts what is read, and is the real thing.
  const redis = new Proxy(test.redis, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return (...parameters: unknown[]): unknown => {
        if (name === 'get') lookUps += 1;
        return value.apply(target, parameters);
      };
    },
  });
  const directory = new RedisTokenDirectory({
    redis,
    keys: test.keys,
    chores: { ask: (chore) => chores.push(chore) },
    configBus: bus,
    clock: { now: () => time.now },
  });
  return {
    test,
    accounts,
    bus,
    chores,
    time,
    directory,
    lookUps: () => lookUps,
    async close() {
      directory.close();
      await test.close();
    },
  };
}

/** As the contract wants it: the directory is complete. */
export async function openRedisDirectoryHarness(address?: string): Promise<TokenDirectoryHarness> {
  const { accounts, directory, lookUps, close } = await openHarness(address);
  await accounts.isComplete();
  await accounts.markComplete();
  return {
    directory,
    save: (user, apiToken) => accounts.put(makeBatch({ users: [user], apiTokens: [apiToken] })),
    remove: (apiToken) => accounts.put(makeBatch({ removedApiTokens: [apiToken] })),
    lookUps,
    close,
  };
}
