import { createHmac, hkdfSync } from 'node:crypto';
import type { SecretKeys } from './secret-keys.ts';

/**
 * The name that an upstream gets in place of a client's own: the same for the same name, user and channel, and nobody
 * without the key finds the name that it stands for. Names under which an upstream has kept things change with the key.
 */
export type Pseudonymise = (name: string, userId: number, channelId: number) => string;

/** 192 bits: 32 characters, which every upstream has room for. */
const NAME_BYTES = 24;

export function createPseudonymise({ current }: Pick<SecretKeys, 'current'>): Pseudonymise {
  const key = Buffer.from(hkdfSync('sha256', current, '', 'turnpike-end-users', 32));
  return (name, userId, channelId) =>
    createHmac('sha256', key)
      .update(`${channelId}:${userId}:${name}`)
      .digest()
      .subarray(0, NAME_BYTES)
      .toString('base64url');
}
