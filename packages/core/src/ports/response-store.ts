/** An answer of the Responses API that can be gone on from, asked for again, and deleted. */
export interface StoredResponse {
  id: string;
  userId: number;
  /** Unix milliseconds. */
  createdAt: number;
  /** The account that gave the answer. */
  channelId: number;
  /** Its vendor keeps the answer too, under the same id. */
  isKeptUpstream: boolean;
  /** The answer that this one went on from. */
  previousId?: string;
  /** JSON: the list of what was new in the request. What came before is under `previousId`. */
  input: string;
  /** JSON: the response object. */
  response: string;
}

/**
 * Keeps answers for a limited time in limited memory: the oldest go first, and it may forget at any moment. What one user
 * stored, no other finds.
 */
export interface ResponseStore {
  /** Whether anything is kept at all. */
  readonly isOpen: boolean;
  /** Never throws. False where it was not kept: it is too large, or the store is out of reach. */
  put(response: StoredResponse): Promise<boolean>;
  /** Undefined where it is not there. @throws `not_ready` where the store is out of reach */
  find(userId: number, id: string): Promise<StoredResponse | undefined>;
  /** Whether it was there. @throws `not_ready` where the store is out of reach */
  remove(userId: number, id: string): Promise<boolean>;
  close(): Promise<void>;
}
