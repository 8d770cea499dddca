import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import type { SecretKeys } from './secret-keys.ts';

/**
 * Encrypts what is kept in a place that others can read or write, under the name by which it is kept there: what was
 * changed, or put under another name, does not open.
 */
export interface ByteBox {
  seal(clear: Uint8Array, name: string): Buffer;
  /** Undefined for everything that was not sealed here under this name, or is not whole. Never throws. */
  open(sealed: Uint8Array, name: string): Buffer | undefined;
}

const algorithm = 'aes-256-gcm';
/** Says how the rest is to be read. */
const VERSION = 1;
const NONCE_END = 1 + 12;
const TAG_END = NONCE_END + 16;

/** How many bytes longer sealed text is. */
export const SEAL_BYTES = TAG_END;

/** @param purpose what is sealed; boxes of different purposes have different keys, and do not open each other's */
export function createByteBox({ current, older }: SecretKeys, purpose: string): ByteBox {
  const toKey = (secret: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `turnpike-${purpose}`, 32));
  const key = toKey(current);
  const keys = [key, ...older.map(toKey)];
  return {
    seal(clear, name) {
      const nonce = randomBytes(NONCE_END - 1);
      const cipher = createCipheriv(algorithm, key, nonce);
      cipher.setAAD(Buffer.from(name));
      const body = [cipher.update(clear), cipher.final()];
      return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ...body]);
    },
    open(sealed, name) {
      if (sealed.length < TAG_END || sealed[0] !== VERSION) return undefined;
      for (const one of keys) {
        const clear = tryKey(one, sealed, name);
        if (clear !== undefined) return clear;
      }
      return undefined;
    },
  };
}

function tryKey(key: Buffer, sealed: Uint8Array, name: string): Buffer | undefined {
  const decipher = createDecipheriv(algorithm, key, sealed.subarray(1, NONCE_END));
  decipher.setAAD(Buffer.from(name));
  decipher.setAuthTag(sealed.subarray(NONCE_END, TAG_END));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(TAG_END)), decipher.final()]);
  } catch {
    return undefined; // another key, another name, or somebody changed it
  }
}
