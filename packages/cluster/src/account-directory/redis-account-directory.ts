import { randomUUID } from 'node:crypto';
import type {
  AccountBatch,
  AccountDirectory,
  ApiTokenAccount,
  RemovedApiToken,
} from '@turnpike/core';
import { openRedisScript, type RedisScript, type ScriptCall } from '../redis/redis-script.ts';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { parseKeyRecord, toKeyRecordText, toTombstoneText } from './key-record.ts';

/** Longer than any master could be stopped in the middle of writing something older. */
const TOMBSTONE_LIFE_MS = 24 * 60 * 60 * 1000;
/** A pass that takes longer begins anew. */
const PASS_LIFE_MS = 24 * 60 * 60 * 1000;
/** Keys in one pipeline. */
const KEYS_AT_ONCE = 500;

export interface RedisAccountDirectoryDeps {
  /** Fails fast: management calls wait for it. */
  redis: RedisClient;
  keys: Keys;
  /** Takes users and tokens over: balances where they are newer, records where they are newer. */
  ledgerBook: { hydrate(accounts: AccountBatch): Promise<void> };
}

/**
 * Keys and accounts in Redis, for the relays of a cluster. A record is written by its version, so two masters may write
 * at once, and late.
 */
export class RedisAccountDirectory implements AccountDirectory {
  readonly #deps: RedisAccountDirectoryDeps;
  readonly #putKey: RedisScript;
  readonly #markComplete: RedisScript;
  readonly #raise: RedisScript;
  /** Key of the mark of the pass under way: a Redis that lost its data has lost this too. */
  #pass: string | undefined;

  constructor(deps: RedisAccountDirectoryDeps) {
    this.#deps = deps;
    this.#putKey = openRedisScript(deps.redis, 'put-key');
    this.#markComplete = openRedisScript(deps.redis, 'mark-complete');
    this.#raise = openRedisScript(deps.redis, 'raise');
  }

  async put(accounts: AccountBatch): Promise<void> {
    // First the keys: a relay that the ledger refuses as out of date must find what the ledger knows.
    await this.#putKeys(accounts);
    await this.#deps.ledgerBook.hydrate(accounts);
  }

  async isComplete(): Promise<boolean> {
    const { redis, keys } = this.#deps;
    if ((await redis.exists(keys.directory)) === 1) return true;
    if (this.#pass === undefined) {
      const pass = this.#besideMarker(`pass:${randomUUID()}`);
      await redis.set(pass, '1', 'PX', PASS_LIFE_MS);
      this.#pass = pass;
    }
    return false;
  }

  async markComplete(): Promise<boolean> {
    const pass = this.#pass;
    if (pass === undefined) return false;
    const marker = randomUUID();
    const answer = await this.#markComplete.run({
      keys: [this.#deps.keys.directory, pass],
      args: [marker],
    });
    this.#pass = undefined;
    return answer === 1;
  }

  async appliedVersion(): Promise<number> {
    return Number((await this.#deps.redis.get(this.#besideMarker('applied'))) ?? 0);
  }

  async markApplied(version: number): Promise<void> {
    await this.#raise.run({ keys: [this.#besideMarker('applied')], args: [version] });
  }

  async *apiTokens(): AsyncIterable<readonly RemovedApiToken[]> {
    const { redis, keys } = this.#deps;
    let cursor = '0';
    do {
      const [next, fields] = await redis.hscan(this.#hashes, cursor, 'COUNT', KEYS_AT_ONCE);
      const hashes = fields.filter((_, index) => index % 2 === 1);
      const texts = await Promise.all(hashes.map((keyHash) => redis.get(keys.key(keyHash))));
      const page = hashes.flatMap((keyHash, index) => toWorking(keyHash, texts[index] ?? null));
      if (page.length > 0) yield page;
      cursor = next;
    } while (cursor !== '0');
  }

  async #putKeys({ apiTokens, removedApiTokens }: AccountBatch): Promise<void> {
    for (let start = 0; start < apiTokens.length; start += KEYS_AT_ONCE)
      await this.#putApiTokens(apiTokens.slice(start, start + KEYS_AT_ONCE));
    for (let start = 0; start < removedApiTokens.length; start += KEYS_AT_ONCE) {
      const removed = removedApiTokens.slice(start, start + KEYS_AT_ONCE);
      await this.#putKey.runAll(
        removed.map(({ keyHash, recordVersion }) => this.#toTombstone(keyHash, recordVersion)),
      );
      await this.#deps.redis.hdel(this.#hashes, ...removed.map(({ id }) => String(id)));
    }
  }

  async #putApiTokens(apiTokens: readonly ApiTokenAccount[]): Promise<void> {
    const { redis } = this.#deps;
    const known = await redis.hmget(this.#hashes, ...apiTokens.map(({ id }) => String(id)));
    const moved = apiTokens.flatMap(({ keyHash, recordVersion }, index) => {
      const former = known[index];
      return former == null || former === keyHash ? [] : [this.#toTombstone(former, recordVersion)];
    });
    // First the old hash stops working; a process that dies in between leaves it to the next put.
    await this.#putKey.runAll(moved);
    await this.#putKey.runAll(apiTokens.map((apiToken) => this.#toRecord(apiToken)));
    const changed = apiTokens.filter(({ keyHash }, index) => known[index] !== keyHash);
    if (changed.length > 0)
      await redis.hset(this.#hashes, ...changed.flatMap(({ id, keyHash }) => [id, keyHash]));
  }

  #toRecord(apiToken: ApiTokenAccount): ScriptCall {
    const { keyHash, recordVersion } = apiToken;
    const key = this.#deps.keys.key(keyHash);
    return { keys: [key], args: [recordVersion, toKeyRecordText(apiToken), 0] };
  }

  #toTombstone(keyHash: string, recordVersion: number): ScriptCall {
    const key = this.#deps.keys.key(keyHash);
    const args = [recordVersion, toTombstoneText(recordVersion), TOMBSTONE_LIFE_MS];
    return { keys: [key], args };
  }

  /** Hash: token id → the hash that its key is found by. */
  get #hashes(): string {
    return this.#besideMarker('hashes');
  }

  /** A key in the slot of the marker. */
  #besideMarker(name: string): string {
    return `{${this.#deps.keys.directory}}:${name}`;
  }
}

function toWorking(keyHash: string, text: string | null): RemovedApiToken[] {
  const record = text === null ? 'gone' : parseKeyRecord(text);
  if (record === 'gone') return [];
  const { apiTokenId: id, userId, recordVersion } = record;
  return [{ id, userId, keyHash, recordVersion }];
}
