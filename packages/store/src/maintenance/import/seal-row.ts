import { isSecretOption, type SecretBox } from '@turnpike/core';
import { toAccessTokenColumns, toTokenKeyColumns } from '../../secrets/key-columns.ts';
import type { ImportedTable, ImportRow } from './import-types.ts';

export interface Sealing {
  secretBox: SecretBox;
  /** Whether secrets are sealed in the target. */
  isSealed: boolean;
}

/** A row as it is stored: its secrets sealed where the target keeps them so, keys with their hashes. */
export function sealRow(
  table: ImportedTable,
  row: ImportRow,
  { secretBox, isSealed }: Sealing,
): ImportRow {
  const seal = (value: unknown): string => {
    const text = String(value ?? '');
    return isSealed && text !== '' ? secretBox.seal(text) : text;
  };
  switch (table) {
    case 'users': {
      const accessToken = row['access_token'];
      return typeof accessToken === 'string'
        ? { ...row, ...toAccessTokenColumns(secretBox, isSealed, accessToken) }
        : { ...row, access_token: null, access_token_cipher: null };
    }
    case 'tokens':
      return { ...row, ...toTokenKeyColumns(secretBox, isSealed, String(row['key'])) };
    case 'channels':
      return { ...row, key: seal(row['key']) };
    case 'options':
      return isSecretOption(String(row['key'])) ? { ...row, value: seal(row['value']) } : row;
    case 'redemptions':
    case 'logs':
      return row;
  }
}
