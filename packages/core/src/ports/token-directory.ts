import type { TokenRecord } from '../identity/api-token.ts';

/**
 * Finds a client's token by the SHA-256 of its key (lower-case hex).
 * Both methods answer undefined for a key that nobody has.
 */
export interface TokenDirectory {
  /** What memory knows, without waiting; `'unknown'` where it has to be looked up. */
  peek(keyHash: string): TokenRecord | undefined | 'unknown';
  /**
   * @param key the key itself, for rows of an adopted database that have no hash yet
   * @throws `not_ready` when the place that knows cannot be reached: never "unknown key"
   */
  find(keyHash: string, key: string): Promise<TokenRecord | undefined>;
  /** Drops what memory knows of these tokens, or of every token of these users; of every token where none is named. */
  forget(changed: { apiTokenIds?: readonly number[]; userIds?: readonly number[] }): void;
}

/** What a token directory reads from. */
export interface TokenSource {
  findTokenRecord(keyHash: string, key: string): Promise<TokenRecord | undefined>;
}
