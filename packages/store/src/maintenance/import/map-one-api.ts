import type { ImportedTable, MapRow } from './import-types.ts';
import { keepAccountNames, keepOwnCode, keepOwnKey } from './keep-unique.ts';

/** Rows of One API are ours already: only what contradicts a unique index of ours is told apart. */
export const oneApiMapping: Readonly<Record<ImportedTable, MapRow>> = {
  users: (row, _source, context) => keepAccountNames(row, context),
  tokens: (row, _source, context) => keepOwnKey(row, context),
  channels: (row) => ({ row }),
  redemptions: (row, _source, context) => keepOwnCode(row, context),
  options: (row) => (row['key'] ? { row } : { skip: 'it has no name' }),
  logs: (row) => ({ row }),
};
