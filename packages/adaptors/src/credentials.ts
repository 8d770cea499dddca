/** A call that gets a short-lived credential. Only described here: whoever may do I/O makes it and keeps the answer. */
export interface CredentialCall {
  /** The same for calls whose answers are interchangeable; contains no secret in the clear. */
  cacheKey: string;
  method: 'GET' | 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
  /** @returns undefined where the answer holds no credential. `expiresAt` in milliseconds since the epoch. */
  read(answer: unknown, now: number): { credential: string; expiresAt: number } | undefined;
}

/** A request as it will be sent, to be signed. */
export interface RequestToSign {
  method: string;
  url: string;
  /** Lower-case names. */
  headers: Readonly<Record<string, string>>;
  body: Buffer;
}
