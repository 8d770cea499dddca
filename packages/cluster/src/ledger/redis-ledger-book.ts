import { randomUUID } from 'node:crypto';
import type {
  AccountBatch,
  AppliedUsage,
  Balance,
  LedgerBook,
  OpenEntry,
  UsageEvent,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import { BUCKETS, bucketOf, type Keys } from '../redis/keys.ts';
import { ScriptSender } from '../redis/script-sender.ts';
import { AccountHydrator } from './account-hydrator.ts';
import { loadLedgerScripts } from './ledger-scripts.ts';
import { parseOpenEntry } from './open-entry-text.ts';
import { spendText } from './spend-text.ts';
import { scanBalances } from './scan-balances.ts';

export interface RedisLedgerBookDeps {
  redis: RedisClient;
  keys: Keys;
  /** A node not seen for this long is dead: nobody waits for what it would restore. Default 15 000. */
  nodeTimeoutMs?: number;
  /**
   * Accounts of a bucket with a new epoch stay closed at least this long (two heartbeats): a flush takes the list of
   * nodes along, and it has to fill again. Default 2 000.
   */
  quietMs?: number;
  /** … and at most this long. Default 5 000. */
  restoreWaitMs?: number;
}

/** Entries that expire in one call: Redis does nothing else while it runs. */
const EXPIRE_CHUNK = 200;
const SCAN_COUNT = 500;

/** The ledger of a cluster as masters use it. Calls reject when Redis does not answer, and may be repeated. */
export class RedisLedgerBook implements LedgerBook {
  readonly #redis: RedisClient;
  readonly #keys: Keys;
  readonly #scripts = loadLedgerScripts();
  readonly #sender: ScriptSender;
  readonly #hydrator: AccountHydrator;

  constructor(deps: RedisLedgerBookDeps) {
    const { redis, keys } = deps;
    const { nodeTimeoutMs = 15_000, quietMs = 2000, restoreWaitMs = 5000 } = deps;
    this.#redis = redis;
    this.#keys = keys;
    this.#sender = new ScriptSender(redis);
    this.#hydrator = new AccountHydrator({
      ...{ redis, keys, nodeTimeoutMs, quietMs, restoreWaitMs },
      sender: this.#sender,
      script: this.#scripts.hydrate,
      proposal: randomUUID(),
    });
  }

  async absorb(events: readonly UsageEvent[], applied: AppliedUsage): Promise<void> {
    const buckets = new Map<number, { ids: string[]; balances: string[] }>();
    const inBucket = (userId: number) => {
      const index = bucketOf(userId);
      let bucket = buckets.get(index);
      if (bucket === undefined) buckets.set(index, (bucket = { ids: [], balances: [] }));
      return bucket;
    };
    const owners = new Map<number, number>();
    for (const { requestId, userId, apiTokenId } of events) {
      inBucket(userId).ids.push(requestId);
      owners.set(apiTokenId, userId);
    }
    for (const balance of applied.users)
      inBucket(balance.id).balances.push(`acct:${balance.id}`, ...balanceValues(balance));
    for (const balance of applied.apiTokens) {
      const owner = owners.get(balance.id);
      if (owner !== undefined)
        inBucket(owner).balances.push(`tok:${balance.id}`, ...balanceValues(balance));
    }
    await this.#inBuckets(buckets.keys(), (bucket) => {
      const { ids, balances } = buckets.get(bucket) ?? { ids: [], balances: [] };
      return this.#sender.run(this.#scripts.absorb, this.#keys.epoch(bucket), [
        String(ids.length),
        ...ids,
        ...balances,
      ]);
    });
  }

  async expireDue(): Promise<readonly OpenEntry[]> {
    const found = await this.#inBuckets(allBuckets(), (bucket) => this.#expireIn(bucket));
    return found.flat();
  }

  async #expireIn(bucket: number): Promise<OpenEntry[]> {
    const expired: OpenEntry[] = [];
    for (;;) {
      const values = [String(EXPIRE_CHUNK)];
      const reply = await this.#sender.run(this.#scripts.expire, this.#keys.epoch(bucket), values);
      const [count, ...fields] = reply as [number, ...Buffer[]];
      expired.push(...toEntries(fields.map(String)));
      if (count < EXPIRE_CHUNK) return expired;
    }
  }

  async *openEntries(): AsyncIterable<readonly OpenEntry[]> {
    for (const bucket of allBuckets()) {
      let cursor = '0';
      do {
        const [next, fields] = await this.#redis.hscan(
          this.#keys.open(bucket),
          cursor,
          'COUNT',
          SCAN_COUNT,
        );
        const page = toEntries(fields);
        if (page.length > 0) yield page;
        cursor = next;
      } while (cursor !== '0');
    }
  }

  balances(): AsyncIterable<{ users: readonly Balance[]; apiTokens: readonly Balance[] }> {
    return scanBalances(this.#redis, this.#keys);
  }

  async overwrite(
    account: { kind: 'user' | 'token'; userId: number },
    balance: Balance,
    ifVersion: number,
  ): Promise<boolean> {
    const name = `${account.kind === 'user' ? 'acct' : 'tok'}:${balance.id}`;
    const isSet = await this.#sender.run(
      this.#scripts.overwrite,
      this.#keys.epoch(bucketOf(account.userId)),
      [name, String(ifVersion), ...balanceValues(balance)],
    );
    return isSet === 1;
  }

  /**
   * Writes what is newer than what is there, see `AccountDirectory.put`. Accounts of a bucket that just lost its data
   * stay closed (`not-loaded`) until its nodes have restored their entries: the call resolves when they are open.
   */
  hydrate(accounts: AccountBatch): Promise<void> {
    return this.#hydrator.hydrate(accounts);
  }

  /** Calls of all buckets in one write. */
  #inBuckets<Result>(
    buckets: Iterable<number>,
    run: (bucket: number) => Promise<Result>,
  ): Promise<Result[]> {
    const calls: Promise<Result>[] = [];
    this.#sender.together(() => {
      for (const bucket of buckets) calls.push(run(bucket));
    });
    return Promise.all(calls);
  }
}

/** Version, quota, spend. */
function balanceValues({ version, quota, spend }: Balance): string[] {
  return [String(version), String(quota), spendText(spend)];
}

function allBuckets(): Iterable<number> {
  return Array.from({ length: BUCKETS }).keys();
}

/** @param fields id, entry, id, entry, … */
function toEntries(fields: readonly string[]): OpenEntry[] {
  const entries: OpenEntry[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const entry = parseOpenEntry(fields[at] ?? '', fields[at + 1] ?? '');
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}
