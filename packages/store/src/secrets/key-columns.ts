import { hashKey, type SecretBox } from '@turnpike/core';
import { readPaddedText, readText, type Row } from '../schema/read-column.ts';

/** Length of `tokens.key`, which stays unique when it holds a part of the hash. */
const TOKEN_KEY_LENGTH = 48;
const ACCESS_TOKEN_LENGTH = 32;

/** The columns of an API token's key. Sealed: what is left in `key` finds the row, and opens nothing. */
export function toTokenKeyColumns(
  secretBox: SecretBox,
  isSealed: boolean,
  key: string,
): { key: string; key_hash: string; key_cipher: string | null } {
  const hash = hashKey(key);
  return isSealed
    ? { key: hash.slice(0, TOKEN_KEY_LENGTH), key_hash: hash, key_cipher: secretBox.seal(key) }
    : { key, key_hash: hash, key_cipher: null };
}

export function readTokenKey(secretBox: SecretBox, row: Row): string {
  const cipher = row['key_cipher'];
  return typeof cipher === 'string' ? secretBox.open(cipher) : readPaddedText(row['key']);
}

/** SHA-256 of the key; empty for a row without a key. Rows that a One API inserted have no stored one. */
export function readKeyHash(row: Row): string {
  const stored = readText(row['key_hash']);
  if (stored !== '') return stored;
  const key = row['key_cipher'] == null ? readPaddedText(row['key']) : '';
  return key === '' ? '' : hashKey(key);
}

/** The columns of a user's management token. */
export function toAccessTokenColumns(
  secretBox: SecretBox,
  isSealed: boolean,
  accessToken: string,
): { access_token: string; access_token_cipher: string | null } {
  return isSealed && accessToken !== ''
    ? {
        access_token: hashAccessToken(accessToken),
        access_token_cipher: secretBox.seal(accessToken),
      }
    : { access_token: accessToken, access_token_cipher: null };
}

/** What is stored of a sealed management token: 128 bits of its SHA-256. */
export function hashAccessToken(accessToken: string): string {
  return hashKey(accessToken).slice(0, ACCESS_TOKEN_LENGTH);
}
