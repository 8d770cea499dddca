import { createHash } from 'node:crypto';

/** Letters and digits that depend on nothing but the text: the same on every node and in every turn. */
export function shortHash(text: string, length: number): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return BigInt(`0x${digest}`).toString(36).padStart(50, '0').slice(-length);
}
