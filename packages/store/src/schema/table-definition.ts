/** How a column is stored; each dialect says with which type of its own. */
export type ColumnType =
  | 'id'
  | 'integer'
  | 'unsigned'
  | 'float'
  | 'boolean'
  /** Text that is indexed: at most 191 characters on MySQL. */
  | 'string'
  /** Text up to 64 KiB. */
  | 'text'
  /** Text of any length. */
  | 'long'
  | { char: number }
  | { varchar: number }
  /** Ids and hashes: ASCII, compared byte by byte everywhere. */
  | { ascii: number }
  /** Names that are compared byte by byte everywhere: `GPT-4o` is not `gpt-4o`. */
  | { exact: number };

export interface ColumnDefinition {
  name: string;
  type: ColumnType;
  notNull?: boolean;
  default?: string | number | boolean;
}

export interface IndexDefinition {
  name: string;
  columns: readonly string[];
  isUnique?: boolean;
}

export interface TableDefinition {
  name: string;
  columns: readonly ColumnDefinition[];
  primaryKey: readonly string[];
  /** A constraint inside the table, as One API has it for user names. */
  uniqueConstraint?: { name: string; column: string };
  indexes: readonly IndexDefinition[];
  /** The rows are stored in the order of the primary key (SQLite: WITHOUT ROWID). */
  isClustered?: boolean;
}
