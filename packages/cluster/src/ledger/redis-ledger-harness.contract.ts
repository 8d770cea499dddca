import { randomBytes } from 'node:crypto';
import {
  silentLogger,
  systemClock,
  type ApiTokenAccount,
  type AppliedUsage,
  type Balance,
  type UsageBatch,
  type UsageEvent,
  type UserAccount,
} from '@turnpike/core';
import { waitUntil } from '@turnpike/core/testing';
import { connectProducer, type RedisClient } from '../redis/connect.ts';
import { createKeys, type Keys } from '../redis/keys.ts';
import { mastersOf } from '../redis/masters-of.ts';
import type { LedgerHarness } from './ledger-harness.contract.ts';
import { RedisLedgerBook, type RedisLedgerBookDeps } from './redis-ledger-book.ts';
import { RedisLedger, type RedisLedgerDeps } from './redis-ledger.ts';

/** A ledger over a real Redis: one relay, one master, and what the database would say. */
export interface RedisLedgerHarness extends LedgerHarness {
  ledger: RedisLedger;
  book: RedisLedgerBook;
  redis: RedisClient;
  keys: Keys;
  /** Batches that the relay keeps until they are acknowledged; `settle` adds to them, `absorb` removes. */
  unacknowledged: Map<string, UsageBatch>;
  /** What `onMissing` was called with. */
  missing: { userIds: readonly number[]; apiTokenIds: readonly number[] }[];
  /** Another relay over the same keys. */
  openRelay(nodeId: string, more?: Partial<RedisLedgerDeps>): RedisLedger;
  user(id: number, more?: Partial<UserAccount>): UserAccount;
  apiToken(id: number, userId: number, more?: Partial<ApiTokenAccount>): ApiTokenAccount;
}

export interface RedisHarnessOptions {
  url: string;
  /** Default 2 000. */
  commandTimeoutMs?: number;
  ledger?: Partial<RedisLedgerDeps>;
  book?: Partial<RedisLedgerBookDeps>;
}

const OWNER_OF_TOKENS = 7;

/** Every harness has a key prefix of its own and removes its keys when it is closed. */
export async function openRedisHarness(options: RedisHarnessOptions): Promise<RedisLedgerHarness> {
  const keyPrefix = `test-${randomBytes(6).toString('hex')}`;
  const { commandTimeoutMs = 2000 } = options;
  const settings = { address: options.url, keyPrefix, commandTimeoutMs };
  const clients: RedisClient[] = [];
  const connect = async (): Promise<RedisClient> => {
    const client = connectProducer(settings);
    clients.push(client);
    await waitUntil(() => client.status === 'ready', { what: 'connection' });
    return client;
  };
  const redis = await connect();
  const keys = createKeys(keyPrefix);
  const unacknowledged = new Map<string, UsageBatch>();
  const missing: RedisLedgerHarness['missing'] = [];
  const openRelay = (nodeId: string, more: Partial<RedisLedgerDeps> = {}): RedisLedger =>
    new RedisLedger({
      ...{ redis, keys, nodeId, holdLifeMs: 60_000, clock: systemClock, logger: silentLogger },
      hasRoom: () => true,
      unacknowledged: () => unacknowledged.values(),
      unacknowledgedSum() {
        const events = [...unacknowledged.values()].flatMap((batch) => batch.events);
        const amount = events.reduce((sum, { quota }) => sum + quota, 0);
        return { count: events.length, amount };
      },
      onMissing: (accounts) => missing.push(accounts),
      ...options.ledger,
      ...more,
    });
  const book = new RedisLedgerBook({
    ...{ redis, keys, quietMs: 0 },
    ...options.book,
  });
  const ledger = openRelay('relay-1');
  const settle = ledger.settle.bind(ledger);
  ledger.settle = (events) => {
    for (const event of events)
      if (!unacknowledged.has(event.requestId)) unacknowledged.set(event.requestId, toBatch(event));
    return settle(events);
  };

  const users = new Map<number, Balance>();
  const apiTokens = new Map<number, Balance>();
  const user: RedisLedgerHarness['user'] = (id, more) => ({
    ...{ id, username: `user-${id}`, role: 1, status: 1, group: 'default', limits: undefined },
    ...{ quota: users.get(id)?.quota ?? 0, quotaVersion: users.get(id)?.version ?? 0 },
    spend: users.get(id)?.spend,
    recordVersion: 0,
    ...more,
  });
  const apiToken: RedisLedgerHarness['apiToken'] = (id, userId, more) => ({
    ...{ id, userId, keyHash: `hash-${id}`, name: 'default', status: 1, expiredTime: -1 },
    ...{ unlimitedQuota: false, models: undefined, subnets: [], limits: undefined },
    ...{ quota: apiTokens.get(id)?.quota ?? 0, quotaVersion: apiTokens.get(id)?.version ?? 0 },
    spend: apiTokens.get(id)?.spend,
    recordVersion: 0,
    ...more,
  });

  return {
    ...{ ledger, book, redis, keys, unacknowledged, missing, openRelay, user, apiToken },
    async absorb(events, applied) {
      await book.absorb(events, applied);
      for (const { requestId } of events) unacknowledged.delete(requestId);
    },
    refresh: ({ userIds = [], apiTokenIds = [] }) =>
      book.hydrate({
        users: userIds.map((id) => user(id)),
        apiTokens: apiTokenIds.map((id) => apiToken(id, OWNER_OF_TOKENS)),
        removedApiTokens: [],
      }),
    commitBalance({ kind, id }, quota, spend) {
      const balances = kind === 'user' ? users : apiTokens;
      const version = (balances.get(id)?.version ?? 0) + 1;
      balances.set(id, { id, quota, version, ...(spend && { spend }) });
    },
    applied: (userId, apiTokenId): AppliedUsage => ({
      ...{ charged: 0, repeated: 0 },
      users: [users.get(userId) ?? []].flat(),
      apiTokens: [apiTokens.get(apiTokenId) ?? []].flat(),
    }),
    async pending(userId, apiTokenId) {
      const ofUser = await redis.hmget(keys.account(userId), 'p', 'c');
      const ofToken = await redis.hmget(keys.apiToken(userId, apiTokenId), 'p', 'c');
      return { user: toSums(ofUser), apiToken: toSums(ofToken) };
    },
    async close() {
      await removeKeys(redis, keyPrefix);
      for (const client of clients) client.disconnect();
    },
  };
}

export function toBatch(event: UsageEvent): UsageBatch {
  return { v: 1, id: event.requestId, nodeId: event.nodeId, events: [event] };
}

function toSums([amount, held]: readonly (string | null)[]): { amount: number; held: number } {
  return { amount: Number(amount), held: Number(held) };
}

async function removeKeys(redis: RedisClient, keyPrefix: string): Promise<void> {
  for (const server of mastersOf(redis)) {
    let cursor = '0';
    do {
      const [next, names] = await server.scan(cursor, 'MATCH', `${keyPrefix}:*`, 'COUNT', 1000);
      await Promise.all(names.map((name) => server.del(name)));
      cursor = next;
    } while (cursor !== '0');
  }
}
