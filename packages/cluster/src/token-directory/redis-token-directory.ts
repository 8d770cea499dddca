import {
  errors,
  isGatewayError,
  type Chores,
  type Clock,
  type ConfigBus,
  type TokenDirectory,
  type TokenRecord,
} from '@turnpike/core';
import type { RedisClient } from '../redis/connect.ts';
import type { Keys } from '../redis/keys.ts';
import { readTokenRecord, type LookUp } from './read-token-record.ts';
import { RecordCache } from './record-cache.ts';

/** Keys that nobody has are remembered this long, and no more of them than this: guessing must not fill the memory. */
const UNKNOWN_MS = 10_000;
const MAX_UNKNOWN = 10_000;

export interface RedisTokenDirectoryDeps {
  /** Fails fast: requests wait for it. */
  redis: RedisClient;
  keys: Keys;
  /** Asked to load what is missing. */
  chores: Pick<Chores, 'ask'>;
  configBus: Pick<ConfigBus, 'subscribe'>;
  clock: Clock;
  /** Records kept in memory. Default 50 000. */
  maxRecords?: number;
  /** A record is read again after this, in case an announcement was lost. Default 60 000. */
  maxAgeMs?: number;
}

/** Token records in the memory of this node, over the directory in Redis. */
export class RedisTokenDirectory implements TokenDirectory {
  readonly #deps: RedisTokenDirectoryDeps;
  readonly #records: RecordCache;
  /** Hashes of unknown keys → until when (Unix milliseconds), oldest first. */
  readonly #unknown = new Map<string, number>();
  readonly #lookUps = new Map<string, Promise<TokenRecord | undefined>>();
  /** Grows with each `forget`: a look-up that began before one must not be remembered after it. */
  #generation = 0;
  readonly #unsubscribe: () => void;

  constructor(deps: RedisTokenDirectoryDeps) {
    this.#deps = deps;
    const { maxRecords = 50_000, maxAgeMs = 60_000 } = deps;
    this.#records = new RecordCache({ maxRecords, maxAgeMs });
    this.#unsubscribe = deps.configBus.subscribe('accounts-changed', (changed) => {
      this.forget(changed);
    });
  }

  peek(keyHash: string): TokenRecord | undefined | 'unknown' {
    const now = this.#deps.clock.now();
    const record = this.#records.get(keyHash, now);
    if (record !== undefined) return record;
    const until = this.#unknown.get(keyHash);
    return until !== undefined && until > now ? undefined : 'unknown';
  }

  find(keyHash: string): Promise<TokenRecord | undefined> {
    const underWay = this.#lookUps.get(keyHash);
    if (underWay !== undefined) return underWay;
    const lookUp = this.#lookUp(keyHash).finally(() => {
      if (this.#lookUps.get(keyHash) === lookUp) this.#lookUps.delete(keyHash);
    });
    this.#lookUps.set(keyHash, lookUp);
    return lookUp;
  }

  forget(changed: { apiTokenIds?: readonly number[]; userIds?: readonly number[] }): void {
    this.#generation += 1;
    this.#unknown.clear();
    // What is asked from now on must not get an answer that was read before.
    this.#lookUps.clear();
    const { apiTokenIds = [], userIds = [] } = changed;
    if (apiTokenIds.length === 0 && userIds.length === 0) this.#records.clear();
    for (const id of apiTokenIds) this.#records.deleteApiToken(id);
    for (const id of userIds) this.#records.deleteUser(id);
  }

  close(): void {
    this.#unsubscribe();
  }

  async #lookUp(keyHash: string): Promise<TokenRecord | undefined> {
    const generation = this.#generation;
    const answer = await this.#read(keyHash);
    if (answer.found === 'nothing-certain') {
      this.#deps.chores.ask(answer.chore);
      throw errors.notReady();
    }
    const record = answer.found === 'record' ? answer.record : undefined;
    if (generation === this.#generation) this.#remember(keyHash, record);
    return record;
  }

  async #read(keyHash: string): Promise<LookUp> {
    try {
      return await readTokenRecord(this.#deps, keyHash);
    } catch (error) {
      throw isGatewayError(error) ? error : errors.notReady({}, { cause: error });
    }
  }

  #remember(keyHash: string, record: TokenRecord | undefined): void {
    const now = this.#deps.clock.now();
    if (record !== undefined) {
      this.#unknown.delete(keyHash);
      this.#records.set(keyHash, record, now);
      return;
    }
    if (this.#unknown.size >= MAX_UNKNOWN) {
      const oldest = this.#unknown.keys().next();
      if (!oldest.done) this.#unknown.delete(oldest.value);
    }
    this.#unknown.set(keyHash, now + UNKNOWN_MS);
  }
}
