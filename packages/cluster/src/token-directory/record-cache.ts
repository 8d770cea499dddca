import type { TokenRecord } from '@turnpike/core';

interface Entry {
  record: TokenRecord;
  /** Unix milliseconds. */
  until: number;
}

/** Token records by the hash of their key: the most recently used ones, each for a limited time. */
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
    // A map keeps the order of insertion: the least recently used entry is the first.
    this.#entries.delete(keyHash);
    this.#entries.set(keyHash, entry);
    return entry.record;
  }

  set(keyHash: string, record: TokenRecord, now: number): void {
    this.#delete(keyHash);
    if (this.#entries.size >= this.#maxRecords) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#delete(oldest.value);
    }
    this.#entries.set(keyHash, { record, until: now + this.#maxAgeMs });
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
