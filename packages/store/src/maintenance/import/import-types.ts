import type { Row } from '../../schema/read-column.ts';

/** Whose database is imported. */
export type ImportFlavour = 'one-api' | 'new-api';

/** The tables that come along, in the order in which they are copied. */
export const importedTables = [
  'users',
  'tokens',
  'channels',
  'redemptions',
  'options',
  'logs',
] as const;

export type ImportedTable = (typeof importedTables)[number];

/** A value as it is inserted. */
export type ImportValue = string | number | boolean | null;

/** A row as it is inserted, without what is sealed or made from it later. */
export type ImportRow = Record<string, ImportValue>;

/** What becomes of one row of the source. */
export type Mapped =
  /** `notes`: what was changed on the way, in words that are the same for all such rows. */
  | { row: ImportRow; notes?: readonly string[] }
  /** It has no place here, and why. */
  | { skip: string }
  /** It belongs here, but cannot be stored as it is: a person decides. */
  | { problem: string };

/** What a mapping may know besides its row. */
export interface MappingContext {
  /** Ids of rows whose value in a column another row with a lower id has already: `tokens.key` → ids. */
  duplicates: ReadonlyMap<string, ReadonlySet<number>>;
}

/** How the rows of one table become ours. `row` has our columns already, as far as the source has them. */
export type MapRow = (row: ImportRow, source: Row, context: MappingContext) => Mapped;
