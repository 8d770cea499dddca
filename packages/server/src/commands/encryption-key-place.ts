import { join } from 'node:path';
import type { Settings } from '../settings/load-settings.ts';

/** Where the key is that the secrets of the database are sealed with, for a person who moves or restores one. */
export function describeEncryptionKey({
  encryptionKey,
  dataDir,
}: Pick<Settings, 'encryptionKey' | 'dataDir'>): string {
  return encryptionKey === undefined
    ? `the text of ${join(dataDir, 'encryption.key')}, which secrets in the database are sealed with`
    : 'as it is set now: secrets in the database are sealed with it';
}
