import type { TokenDirectory, TokenRecord, TokenSource } from '@turnpike/core';

const MAX_RECORDS = 50_000;
/** A key that nobody has is remembered this long, so that guessing does not reach the database. */
const UNKNOWN_MS = 10_000;

interface Known {
  record: TokenRecord | undefined;
  /** Unix milliseconds; Infinity for records, which changes remove. */
  until: number;
}

/**
 * Token records in memory over the database of this process. Changes made here are announced before the
 * management call answers, so nothing stale is served.
 */
export class InProcessTokenDirectory implements TokenDirectory {
  readonly #source: TokenSource;
  readonly #known = new Map<string, Known>();
  readonly #lookUps = new Map<string, Promise<TokenRecord | undefined>>();
  /** Grows with each `forget`: a look-up that began before one must not be remembered after it. */
  #generation = 0;

  constructor(deps: { tokenSource: TokenSource }) {
    this.#source = deps.tokenSource;
  }

  peek(keyHash: string): TokenRecord | undefined | 'unknown' {
    const known = this.#known.get(keyHash);
    if (known === undefined) return 'unknown';
    if (known.until < Date.now()) {
      this.#known.delete(keyHash);
      return 'unknown';
    }
    return known.record;
  }

  find(keyHash: string, key: string): Promise<TokenRecord | undefined> {
    const underWay = this.#lookUps.get(keyHash);
    if (underWay !== undefined) return underWay;
    const lookUp = this.#lookUp(keyHash, key).finally(() => {
      if (this.#lookUps.get(keyHash) === lookUp) this.#lookUps.delete(keyHash);
    });
    this.#lookUps.set(keyHash, lookUp);
    return lookUp;
  }

  async #lookUp(keyHash: string, key: string): Promise<TokenRecord | undefined> {
    const generation = this.#generation;
    const record = await this.#source.findTokenRecord(keyHash, key);
    if (generation === this.#generation) {
      if (this.#known.size >= MAX_RECORDS) this.#dropOldest();
      this.#known.set(keyHash, {
        record,
        until: record === undefined ? Date.now() + UNKNOWN_MS : Infinity,
      });
    }
    return record;
  }

  forget(changed: { apiTokenIds?: readonly number[]; userIds?: readonly number[] }): void {
    this.#generation += 1;
    // What is asked from now on must not get an answer that was read before.
    this.#lookUps.clear();
    if (!changed.apiTokenIds?.length && !changed.userIds?.length) {
      this.#known.clear();
      return;
    }
    const apiTokenIds = new Set(changed.apiTokenIds);
    const userIds = new Set(changed.userIds);
    for (const [keyHash, { record }] of this.#known) {
      // Keys remembered as unknown go too: a new token may have just that key.
      if (record === undefined || apiTokenIds.has(record.apiTokenId) || userIds.has(record.userId))
        this.#known.delete(keyHash);
    }
  }

  #dropOldest(): void {
    const oldest = this.#known.keys().next();
    if (!oldest.done) this.#known.delete(oldest.value);
  }
}
