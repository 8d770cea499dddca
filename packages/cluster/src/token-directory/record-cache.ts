import type { TokenRecord } from '@turnpike/core';
import { SecondChanceCache } from '../memory/second-chance-cache.ts';

/** Token records by the hash of their key, which can also be dropped by their token and by its owner. */
export class RecordCache {
  readonly #maxAgeMs: number;
  readonly #records: SecondChanceCache<TokenRecord>;
  readonly #hashByApiToken = new Map<number, string>();
  readonly #hashesByUser = new Map<number, Set<string>>();

  constructor(limits: { maxRecords: number; maxAgeMs: number }) {
    this.#maxAgeMs = limits.maxAgeMs;
    this.#records = new SecondChanceCache(limits.maxRecords, (keyHash, record) => {
      this.#forget(keyHash, record);
    });
  }

  get size(): number {
    return this.#records.size;
  }

  /** @param now Unix milliseconds */
  get(keyHash: string, now: number): TokenRecord | undefined {
    return this.#records.get(keyHash, now);
  }

  set(keyHash: string, record: TokenRecord, now: number): void {
    this.#records.set(keyHash, record, { until: now + this.#maxAgeMs });
    this.#hashByApiToken.set(record.apiTokenId, keyHash);
    const hashes = this.#hashesByUser.get(record.userId);
    if (hashes === undefined) this.#hashesByUser.set(record.userId, new Set([keyHash]));
    else hashes.add(keyHash);
  }

  deleteApiToken(apiTokenId: number): void {
    const keyHash = this.#hashByApiToken.get(apiTokenId);
    if (keyHash !== undefined) this.#records.delete(keyHash);
  }

  deleteUser(userId: number): void {
    for (const keyHash of [...(this.#hashesByUser.get(userId) ?? [])]) {
      this.#records.delete(keyHash);
    }
  }

  clear(): void {
    this.#records.clear();
  }

  #forget(keyHash: string, record: TokenRecord): void {
    if (this.#hashByApiToken.get(record.apiTokenId) === keyHash)
      this.#hashByApiToken.delete(record.apiTokenId);
    const hashes = this.#hashesByUser.get(record.userId);
    hashes?.delete(keyHash);
    if (hashes?.size === 0) this.#hashesByUser.delete(record.userId);
  }
}
