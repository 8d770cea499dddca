import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Signs what a browser keeps for us, as `<value>.<signature>`, and hashes under the same secret. */
export interface Signer {
  /** @param value of `[\w-]` */
  sign(purpose: string, value: string): string;
  /** The value; undefined for what was not signed here for this purpose. */
  open(purpose: string, signed: string): string | undefined;
  /** A keyed hash, base64url. */
  hash(purpose: string, text: string): string;
}

/** @param secret the same on every node: a value that one signed is good on all */
export function createSigner(secret: string): Signer {
  const key = createHash('sha256').update('turnpike-session\n').update(secret).digest();
  const hash = (purpose: string, text: string): Buffer =>
    createHmac('sha256', key).update(`${purpose}\n${text}`).digest();

  return {
    sign: (purpose, value) => `${value}.${hash(purpose, value).toString('base64url')}`,
    open(purpose, signed) {
      const [value = '', signature = '', ...rest] = signed.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = hash(purpose, value);
      const isOurs =
        rest.length === 0 && given.length === expected.length && timingSafeEqual(given, expected);
      return isOurs ? value : undefined;
    },
    hash: (purpose, text) => hash(purpose, text).toString('base64url'),
  };
}
