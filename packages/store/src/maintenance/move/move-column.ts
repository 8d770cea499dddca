/** What a column of the target holds. */
export type ColumnKind = 'integer' | 'unsigned' | 'boolean' | 'float' | 'text';

/** A column of the target, as far as a value must fit into it. */
export interface MoveColumn {
  name: string;
  kind: ColumnKind;
  isNullable: boolean;
  /** Text only: the most characters (code points). */
  maxCharacters: number | undefined;
  /** Text only: the most bytes of UTF-8. */
  maxBytes: number | undefined;
  /** Text only: nothing but ASCII. */
  isAscii: boolean;
  /** Text only: a NUL character can be stored. */
  takesNul: boolean;
  /** Text only: blanks at the end do not count, as in CHAR columns. */
  isPadded: boolean;
}

/** A table that is moved. */
export interface MoveTable {
  name: string;
  columns: readonly MoveColumn[];
  /** Names of the columns, in the order of the key. */
  primaryKey: readonly string[];
}

/** A value in the form in which it is compared and written: integers as decimal text. */
export type Cell = string | number | boolean | null;
