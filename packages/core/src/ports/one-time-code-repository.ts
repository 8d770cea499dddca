/** What a code is for. */
export type CodePurpose = 'verification' | 'reset' | 'sign-in-state';

/** A code under a subject (an address, a session). `codeHash` is a keyed hash, hex: the code itself is never stored. */
export interface OneTimeCode {
  purpose: CodePurpose;
  /** At most 191 characters. */
  subject: string;
  codeHash: string;
  /** What it was given out for; free of secrets. */
  payload: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

/** Codes that open something once, on whichever node. */
export interface OneTimeCodeRepository {
  /** Takes the place of an earlier code for the same purpose and subject. */
  put(code: OneTimeCode): Promise<void>;
  /**
   * Uses a code up and resolves to its payload; undefined when it is wrong, used, too old, or was guessed at too often.
   * Of several calls at once with the right code one succeeds.
   */
  redeem(
    attempt: Pick<OneTimeCode, 'purpose' | 'subject' | 'codeHash'> & {
      now: number;
      maxAttempts: number;
    },
  ): Promise<string | undefined>;
  /** Removes those that expired before `now`. */
  prune(now: number): Promise<number>;
}
