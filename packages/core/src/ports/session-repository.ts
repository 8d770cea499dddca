/** A browser that came by: somebody's login, or a visitor who is about to log in. */
export interface SessionRecord {
  /** SHA-256 of the id, hex: the id itself is only in the browser. */
  idHash: string;
  /** 0: nobody is logged in. */
  userId: number;
  /** Of the password and the role at login; empty for visitors. */
  fingerprint: string;
  /** The account was disabled, deleted, or changed its password or role since. */
  isEnded: boolean;
  hasPassedTurnstile: boolean;
  /** Unix milliseconds. */
  createdAt: number;
  expiresAt: number;
}

/**
 * Sessions as every node sees them. What changes password, role or status of an account ends its sessions in the same
 * transaction, see `UserRepository`.
 */
export interface SessionRepository {
  create(session: Omit<SessionRecord, 'isEnded'>): Promise<void>;
  find(idHash: string): Promise<SessionRecord | undefined>;
  markTurnstilePassed(idHash: string): Promise<void>;
  remove(idHash: string): Promise<void>;
  /** Ends all sessions of an account. */
  endAll(userId: number): Promise<void>;
  /** Removes those that expired before `now`. Resolves to their number. */
  prune(now: number): Promise<number>;
}
