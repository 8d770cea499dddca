import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Seals secrets at rest. `open` accepts clear text too (rows of an adopted database), and returns it unchanged. */
export interface SecretBox {
  seal(clear: string): string;
  open(stored: string): string;
  isSealed(stored: string): boolean;
  /** Sealed, and under the key of now: not under one of before. */
  isSealedAnew(stored: string): boolean;
}

const PREFIX = 'enc:v1:';

/**
 * AES-256-GCM under a key derived from `encryptionKey` (any text of 16 characters or more).
 *
 * @param olderKeys what may have been sealed before under another key still opens under these
 * @throws from `open` when the text was sealed under none of the keys
 */
export function createSecretBox(
  encryptionKey: string,
  olderKeys: readonly string[] = [],
): SecretBox {
  const key = toKey(encryptionKey);
  const keys = [key, ...olderKeys.map(toKey)];
  return {
    seal(clear) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, nonce);
      const body = Buffer.concat([cipher.update(clear, 'utf8'), cipher.final()]);
      return PREFIX + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url');
    },
    open(stored) {
      if (!stored.startsWith(PREFIX)) return stored;
      const bytes = Buffer.from(stored.slice(PREFIX.length), 'base64url');
      let failure: unknown;
      for (const one of keys) {
        try {
          return unseal(bytes, one);
        } catch (error) {
          failure = error; // it may have been sealed under the next
        }
      }
      throw new Error(
        'A secret was sealed under another ENCRYPTION_KEY. Set that one as ENCRYPTION_KEY, or name it among OLDER_ENCRYPTION_KEYS.',
        { cause: failure },
      );
    },
    isSealed: (stored) => stored.startsWith(PREFIX),
    isSealedAnew(stored) {
      if (!stored.startsWith(PREFIX)) return false;
      try {
        unseal(Buffer.from(stored.slice(PREFIX.length), 'base64url'), key);
        return true;
      } catch {
        return false; // under another key
      }
    },
  };
}

function toKey(secret: string): Buffer {
  return createHash('sha256').update('turnpike-secret-box\n').update(secret).digest();
}

function unseal(bytes: Buffer, key: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

/** Keeps secrets as they are: adopted databases that One API must be able to open again. */
export const clearSecretBox: SecretBox = {
  seal: (clear) => clear,
  open(stored) {
    if (stored.startsWith(PREFIX))
      throw new Error(
        'The database holds encrypted secrets: set ENCRYPTION_KEY to the key they were encrypted with.',
      );
    return stored;
  },
  isSealed: (stored) => stored.startsWith(PREFIX),
  isSealedAnew: () => false,
};
