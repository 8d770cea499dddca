import { createHash } from 'node:crypto';
import { userStatuses } from '@turnpike/core';
import { readNumber, type Row } from '../../schema/read-column.ts';
import type { ImportRow, Mapped, MappingContext } from './import-types.ts';
import { keepAccountNames } from './keep-unique.ts';

/**
 * A user of New API as one of ours. Who is deleted there stays for the logs, under a name that nobody can have, so that
 * the old one is free again; what identifies the person goes.
 */
export function mapNewApiUser(row: ImportRow, source: Row, context: MappingContext): Mapped {
  const notes: string[] = [];
  if (readNumber(source['aff_quota']) > 0)
    notes.push('earnings of invitations that were not moved to the balance were left out');
  if (source['deleted_at'] == null) return withNotes(keepAccountNames(row, context), notes);
  const removed: ImportRow = {
    ...row,
    username: `deleted_${digest(`${String(row['id'])} ${String(row['username'])}`)}`,
    status: userStatuses.deleted,
    access_token: null,
    aff_code: null,
  };
  for (const column of ['email', 'github_id', 'wechat_id', 'oidc_id'])
    if (column in removed) removed[column] = '';
  return { row: removed, notes: [...notes, 'a deleted user was imported as deleted'] };
}

/** The same each time, so that a run that goes on writes the same rows. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

function withNotes(mapped: Mapped, notes: readonly string[]): Mapped {
  return 'row' in mapped ? { ...mapped, notes: [...notes, ...(mapped.notes ?? [])] } : mapped;
}
