import { hash } from 'node:crypto';

/** SHA-256 of a client's key (without `sk-`), lower-case hex: how tokens are looked up. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}
