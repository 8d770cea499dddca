import { join } from 'node:path';
import type { Settings } from '../settings/load-settings.ts';

/** Where the key is that the secrets of the database are sealed with, for a person who moves or restores one. */
export function describeEncryptionKey({
  encryptionKey,
  dataDir,
}: Pick<Settings, 'encryptionKey' | 'dataDir'>): string {
  return encryptionKey === undefined
    ? `the encryption key, without which the secrets in it cannot be read: ${join(dataDir, 'encryption.key')} (keep it apart from the copy), or its text as ENCRYPTION_KEY`
    : 'the encryption key, without which the secrets in it cannot be read: ENCRYPTION_KEY as it is set now (keep it apart from the copy)';
}
