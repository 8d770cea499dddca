import type { ImportRow, Mapped, MappingContext } from './import-types.ts';

/** Columns with a unique index of ours. */
export const uniqueColumns = [
  ['users', 'username'],
  ['users', 'access_token'],
  ['users', 'aff_code'],
  ['tokens', 'key'],
  ['redemptions', 'key'],
] as const;

/** A name belongs to one account; a code or a management token is made anew by its owner. */
export function keepAccountNames(row: ImportRow, context: MappingContext): Mapped {
  if (isTaken(row, context, 'users', 'username'))
    return { problem: 'another user has the same username' };
  const notes: string[] = [];
  const kept = { ...row };
  if (isTaken(row, context, 'users', 'access_token')) {
    kept['access_token'] = null;
    notes.push('an access token that another user has too was left out');
  }
  if (isTaken(row, context, 'users', 'aff_code')) {
    kept['aff_code'] = null;
    notes.push('an invitation code that another user has too was left out');
  }
  return { row: kept, notes };
}

export function keepOwnKey(row: ImportRow, context: MappingContext): Mapped {
  if (!row['key']) return { skip: 'it has no key' };
  return isTaken(row, context, 'tokens', 'key')
    ? { skip: 'an older token has the same key' }
    : { row };
}

export function keepOwnCode(row: ImportRow, context: MappingContext): Mapped {
  if (!row['key']) return { skip: 'it has no code' };
  return isTaken(row, context, 'redemptions', 'key')
    ? { skip: 'an older code is the same' }
    : { row };
}

function isTaken(
  row: ImportRow,
  { duplicates }: MappingContext,
  table: string,
  column: string,
): boolean {
  return duplicates.get(`${table}.${column}`)?.has(Number(row['id'])) === true;
}
