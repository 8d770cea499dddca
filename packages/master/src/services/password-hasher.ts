import bcrypt from 'bcrypt';

const COST = 10;
/** A hash that no password has: comparing with it takes as long as comparing with a real one. */
const NOBODYS_HASH = '$2b$10$.KZ2qwnG7vMFhI1dAfGo1ePPe7Ac8mO9TSzofdbMhIY/9e4wfo12G';
/** What the first administrator of a new installation starts with. */
const FIRST_PASSWORD = '123456';

export interface PasswordHasher {
  hash(password: string): Promise<string>;
  /** An account that is absent or has no password takes as long as a wrong password. */
  verify(password: string, passwordHash: string | undefined): Promise<boolean>;
  /** Whether the password of the first installation is still in use. Remembered for each hash. */
  isFirstPassword(passwordHash: string): Promise<boolean>;
}

/** bcrypt on libuv's threads; the event loop never waits. Reads `$2a$`, `$2b$` and `$2y$`. */
export function createPasswordHasher(): PasswordHasher {
  let remembered: { passwordHash: string; isFirst: boolean } | undefined;

  return {
    hash: (password) => bcrypt.hash(password, COST),
    async verify(password, passwordHash) {
      const isKnown = passwordHash !== undefined && passwordHash !== '';
      const isEqual = await bcrypt.compare(password, isKnown ? passwordHash : NOBODYS_HASH);
      return isKnown && isEqual;
    },
    async isFirstPassword(passwordHash) {
      if (remembered?.passwordHash !== passwordHash) {
        const isFirst = passwordHash !== '' && (await bcrypt.compare(FIRST_PASSWORD, passwordHash));
        remembered = { passwordHash, isFirst };
      }
      return remembered.isFirst;
    },
  };
}
