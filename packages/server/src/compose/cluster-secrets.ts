import { createHash } from 'node:crypto';
import type { Settings } from '../settings/load-settings.ts';

/**
 * The secrets that all nodes of a cluster must have in common. `loadSettings` saw to it that one of the two is set; the
 * other one follows from it.
 */
export function sharedSecrets({
  encryptionKey,
  sessionSecret,
}: Pick<Settings, 'encryptionKey' | 'sessionSecret'>): {
  encryptionKey: string;
  sessionSecret: string;
} {
  const given = encryptionKey ?? sessionSecret ?? '';
  return {
    encryptionKey: given,
    sessionSecret: sessionSecret ?? derive('turnpike-session-secret', given),
  };
}

function derive(purpose: string, secret: string): string {
  return createHash('sha256').update(`${purpose}\n${secret}`).digest('base64url');
}
