import type { TokenRecord } from '@turnpike/core';

interface Entry {
  record: TokenRecord;
  /** Unix milliseconds. */
  until: number;
  /** Since it was last passed over. */
  isUsed: boolean;
}

/**
 * Token records by the hash of their key, each for a limited time. When they are too many, one that nobody used for
 * longest goes, as far as can be told for nothing: reading changes no order, because each request reads one.
 */
export class RecordCache {
  readonly #maxRecords: number;
  readonly #maxAgeMs: number;
  readonly #entries = new Map<string, Entry>();
  readonly #hashByApiToken = new Map<number, string>();
  readonly #hashesByUser = new Map<number, Set<string>>();

  constructor(limits: { maxRecords: number; maxAgeMs: number }) {
    this.#maxRecords = limits.maxRecords;
    this.#maxAgeMs = limits.maxAgeMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** @param now Unix milliseconds */
  get(keyHash: string, now: number): TokenRecord | undefined {
    const entry = this.#entries.get(keyHash);
    if (entry === undefined) return undefined;
    if (entry.until <= now) {
      this.#delete(keyHash);
      return undefined;
    }
    entry.isUsed = true;
    return entry.record;
  }

  set(keyHash: string, record: TokenRecord, now: number): void {
    this.#delete(keyHash);
    if (this.#entries.size >= this.#maxRecords) this.#dropOne();
    this.#entries.set(keyHash, { record, until: now + this.#maxAgeMs, isUsed: false });
    this.#hashByApiToken.set(record.apiTokenId, keyHash);
    const hashes = this.#hashesByUser.get(record.userId);
    if (hashes === undefined) this.#hashesByUser.set(record.userId, new Set([keyHash]));
    else hashes.add(keyHash);
  }

  deleteApiToken(apiTokenId: number): void {
    const keyHash = this.#hashByApiToken.get(apiTokenId);
    if (keyHash !== undefined) this.#delete(keyHash);
  }

  deleteUser(userId: number): void {
    for (const keyHash of [...(this.#hashesByUser.get(userId) ?? [])]) this.#delete(keyHash);
  }

  clear(): void {
    this.#entries.clear();
    this.#hashByApiToken.clear();
    this.#hashesByUser.clear();
  }

  /** Second chance: a map keeps the order of insertion, and what was used meanwhile is passed over once. */
  #dropOne(): void {
    for (const [keyHash, entry] of this.#entries) {
      if (!entry.isUsed) {
        this.#delete(keyHash);
        return;
      }
      entry.isUsed = false;
      this.#entries.delete(keyHash);
      this.#entries.set(keyHash, entry);
    }
  }

  #delete(keyHash: string): void {
    const record = this.#entries.get(keyHash)?.record;
    if (record === undefined) return;
    this.#entries.delete(keyHash);
    if (this.#hashByApiToken.get(record.apiTokenId) === keyHash)
      this.#hashByApiToken.delete(record.apiTokenId);
    const hashes = this.#hashesByUser.get(record.userId);
    hashes?.delete(keyHash);
    if (hashes?.size === 0) this.#hashesByUser.delete(record.userId);
  }
}
