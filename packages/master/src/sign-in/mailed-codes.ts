import { randomBytes } from 'node:crypto';
import type { Clock, OneTimeCodeRepository } from '@turnpike/core';

export const CODE_LIFETIME_MINUTES = 10;
/** Wrong guesses that a code survives. */
const MAX_ATTEMPTS = 5;

export interface MailedCodesDeps {
  oneTimeCodes: OneTimeCodeRepository;
  /** A keyed hash. */
  hash: (purpose: string, text: string) => string;
  clock: Clock;
}

export type MailedPurpose = 'verification' | 'reset';

/** Bytes of chance: a verification code is typed by a person, a reset code is in a link. */
const sizes = { verification: 4, reset: 16 } as const satisfies Record<MailedPurpose, number>;

/** Codes that prove that somebody reads an address. Lower-case hex, ten minutes, once; the last one counts. */
export function createMailedCodes({ oneTimeCodes, hash, clock }: MailedCodesDeps) {
  // Long addresses do not fit, and the table need not show them.
  const subjectOf = (email: string): string => hash('address', email.trim().toLowerCase());

  return {
    async issue(purpose: MailedPurpose, email: string): Promise<string> {
      const code = randomBytes(sizes[purpose]).toString('hex');
      await oneTimeCodes.put({
        purpose,
        subject: subjectOf(email),
        codeHash: hash(purpose, code),
        payload: '',
        expiresAt: clock.now() + CODE_LIFETIME_MINUTES * 60_000,
      });
      return code;
    },

    /** Uses it up. Resolves to whether it was right. */
    async redeem(purpose: MailedPurpose, email: string, code: string): Promise<boolean> {
      const payload = await oneTimeCodes.redeem({
        purpose,
        subject: subjectOf(email),
        codeHash: hash(purpose, code.trim().toLowerCase()),
        now: clock.now(),
        maxAttempts: MAX_ATTEMPTS,
      });
      return payload !== undefined;
    },
  };
}

export type MailedCodes = ReturnType<typeof createMailedCodes>;
